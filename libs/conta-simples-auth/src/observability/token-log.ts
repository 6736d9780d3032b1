import { Logger } from '@nestjs/common';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import { REMEDY, type TokenFailureKind } from '../model/failure-kinds.js';
import { printedName } from '../model/printed-name.js';
import { type LogFields, type LogLevel, LogLine } from './log-line.js';
import { LoggedWarnings } from './logged-warnings.js';

/** Says in the application's log each change of state once, and not each attempt. */
export class TokenLog {
  readonly #logger = new Logger('ContaSimplesAuth');
  readonly #warned = new LoggedWarnings();

  event(event: ContaSimplesTokenEvent): void {
    const who = `account ${printedName(event.account)}`;
    switch (event.type) {
      case 'acquired': {
        const until = new Date(event.expiresAt).toISOString();
        const line = `Token ${event.fingerprint} obtained for ${who} (${event.cause}), ends ${until}`;
        this.#say(event.cause === 'first' ? 'log' : 'debug', line, fieldsOf(event));
        return;
      }
      case 'degraded':
        this.#say('warn', `Refresh fails for ${who}, the held token is served on: ${reason(event)}`, fieldsOf(event));
        return;
      case 'cooling':
        this.#say('error', `No token for ${who}, calls fail until then: ${reason(event)}`, fieldsOf(event));
        return;
      case 'recovered': {
        const line = `Token endpoint works again for ${who} after ${event.attempts} failed attempts`;
        this.#say('log', line, fieldsOf(event));
        return;
      }
      case 'store_unavailable': {
        const line = `The shared token store is left alone (${event.message}): this process asks for its own tokens`;
        this.#say('warn', line, fieldsOf(event));
        return;
      }
      case 'store_recovered':
        this.#say('log', 'The shared token store answers again', fieldsOf(event));
        return;
      default:
        return;
    }
  }

  /** Once: it is overwritten by the next token, but somebody should look who writes there. */
  recordRefused(): void {
    const line =
      'The shared token store holds a record that is not of this library and these credentials; it is ignored';
    this.#warnOnce(line, { event: 'record_refused', account: '*' });
  }

  /** Once: the store does not come to know it while it is used. */
  ttlUnknown(): void {
    const line =
      'The shared token store does not say how long a record has left (with Redis, this user lacks the right to PTTL: ' +
      "ACL SETUSER <user> +pttl): it is worked out from the record's own life and its writer's wall clock, which must be right";
    this.#warnOnce(line, { event: 'store_ttl_unknown', account: '*' });
  }

  /** Once: the clocks stay as they are until a person sets them. */
  clocksDisagree(): void {
    const line =
      'The clocks of two machines that share tokens differ, or a write of the shared token store was carried out late: ' +
      'tokens are renewed earlier or not shared with this process. Synchronize the clocks (NTP)';
    this.#warnOnce(line, { event: 'store_clocks_disagree', account: '*' });
  }

  /**
   * Once for each account and warning, for a limited number of accounts: a server that does something odd does it with
   * every answer.
   */
  warnOnce(account: string, what: string): void {
    const line = `Token answer for account ${printedName(account)}: ${what}`;
    this.#warnOnceFor(account, what, line, { event: 'odd_answer', account, reason: what });
  }

  /** Once for each account. */
  contended(account: string, hasStore: boolean): void {
    const remedy = hasStore
      ? 'Give every client of this account the same store, or credentials of its own'
      : 'Share one token between all processes with the option store, or give each client credentials of its own';
    const line =
      `The API rejects tokens of account ${printedName(account)} soon after it accepted them: another client uses the ` +
      `same credentials, and the API keeps one valid token per account. ${remedy}. Until then each client obtains a ` +
      'new token whenever the other has done so, at most once per minimum interval';
    this.#warnOnceFor(account, 'credentials_contended', line, { event: 'credentials_contended', account });
  }

  subscriberFailed(error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    const line = `A subscriber of ContaSimplesTokenService.events failed (${name}); the token is unaffected`;
    this.#say('error', line, { event: 'subscriber_failed', errorName: name });
  }

  #warnOnce(line: string, fields: LogFields): void {
    this.#warnOnceFor('*', line, line, fields);
  }

  #warnOnceFor(account: string, what: string, line: string, fields: LogFields): void {
    const noted = this.#warned.note(what, printedName(account));
    if (noted === 'no') return;
    const end = noted === 'last' ? '. This warning is not logged for further accounts' : '';
    this.#say('warn', line + end, fields);
  }

  #say(level: LogLevel, line: string, fields: LogFields): void {
    try {
      this.#logger[level](new LogLine(level, line, fields));
    } catch {
      // The application's own logger. We log in the middle of a refresh, which must not fail because a line did.
    }
  }
}

function reason({ kind, message, retryAt }: { kind: TokenFailureKind; message: string; retryAt: number }): string {
  return `${message} [${kind}]. ${REMEDY[kind]} Next attempt at ${new Date(retryAt).toISOString()}.`;
}

/** The event's own fields, but for two that loggers write themselves: `message`, and the time of the line. */
function fieldsOf(event: ContaSimplesTokenEvent): LogFields {
  const { type, at: _at, ...rest } = event;
  if (!('message' in rest)) return { event: type, ...rest };
  const { message, ...fields } = rest;
  return { event: type, ...fields, reason: message };
}
