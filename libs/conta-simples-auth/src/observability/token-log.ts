import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import { FAILURE_KINDS, type TokenFailureKind } from '../model/failure-kinds.js';
import { printedName } from '../model/printed-name.js';

/** Accounts for which one warning is logged. With a provider function there may be any number of names. */
export const MAX_ACCOUNTS_PER_WARNING = 1_000;

/** Logs each change of an account's state once, and not each attempt. */
export class TokenLog {
  readonly #logger = new Logger('ContaSimplesAuth');
  /** The accounts that each warning was logged for. */
  readonly #warned = new Map<string, Set<string>>();

  event(event: ContaSimplesTokenEvent): void {
    const who = `account ${printedName(event.account)}`;
    switch (event.type) {
      case 'acquired': {
        const until = new Date(event.expiresAt).toISOString();
        const line = `Token ${event.fingerprint} obtained for ${who} (${event.cause}), ends ${until}`;
        this.#log(event.cause === 'first' ? 'log' : 'debug', line, fieldsOf(event));
        return;
      }
      case 'degraded': {
        const line = `Refresh fails for ${who}, calls still get the held token: ${reason(event)}`;
        this.#log('warn', line, fieldsOf(event));
        return;
      }
      case 'cooling': {
        const line = `No token for ${who}, calls fail until the next attempt: ${reason(event)}`;
        this.#log('error', line, fieldsOf(event));
        return;
      }
      case 'recovered': {
        const line = `Token endpoint works again for ${who} after ${event.attempts} failed attempts`;
        this.#log('log', line, fieldsOf(event));
        return;
      }
      case 'store_unavailable': {
        const line = `The shared token store is unavailable (${event.message}): this process requests its own tokens`;
        this.#log('warn', line, fieldsOf(event));
        return;
      }
      case 'store_recovered':
        this.#log('log', 'The shared token store works again', fieldsOf(event));
        return;
      default:
        return;
    }
  }

  /** Logged once. The next token overwrites the record, but another program may write to these keys. */
  recordRefused(): void {
    const line = 'The shared token store holds a record that was not written with these credentials; it is ignored';
    this.#warnOnce(line, { event: 'record_refused', account: '*' });
  }

  /** Logged once: the cause is a missing permission or a store without `ttlMs()`. */
  ttlUnknown(): void {
    const line =
      'The shared token store does not report how long a record has left (with Redis, this user lacks the right to ' +
      'PTTL: ACL SETUSER <user> +pttl). The remaining time is calculated from the record and from the wall clock of ' +
      'the process that wrote it, which must be correct';
    this.#warnOnce(line, { event: 'store_ttl_unknown', account: '*' });
  }

  clocksDisagree(): void {
    const line =
      'The clocks of two machines that share tokens differ, or a write of the shared token store was carried out late: ' +
      'tokens are renewed earlier or not shared with this process. Synchronize the clocks (NTP)';
    this.#warnOnce(line, { event: 'store_clocks_disagree', account: '*' });
  }

  /** Logged once for each account and warning: a server with this fault has it in every answer. */
  warnOnce(account: string, what: string): void {
    const line = `Token answer for account ${printedName(account)}: ${what}`;
    this.#warnOnceFor(account, what, line, { event: 'odd_answer', account, reason: what });
  }

  /** Logged once for each account. */
  contended(account: string, hasStore: boolean): void {
    const remedy = hasStore
      ? 'Give every client of this account the same store, or separate credentials'
      : 'Share one token between all processes with the option store, or give each client separate credentials';
    const line =
      `The API rejects tokens of account ${printedName(account)} soon after it accepted them: another client uses the ` +
      `same credentials, and the API keeps one valid token per account. ${remedy}. Until then each client obtains a ` +
      'new token whenever the other has done so, at most once per minimum interval';
    this.#warnOnceFor(account, 'credentials_contended', line, { event: 'credentials_contended', account });
  }

  subscriberFailed(error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    const line = `A subscriber of ContaSimplesTokenService.events failed (${name}); the token is unaffected`;
    this.#log('error', line, { event: 'subscriber_failed', errorName: name });
  }

  #warnOnce(line: string, fields: LogFields): void {
    this.#warnOnceFor('*', line, line, fields);
  }

  #warnOnceFor(account: string, what: string, line: string, fields: LogFields): void {
    const name = printedName(account);
    const accounts = this.#warned.get(what) ?? new Set();
    if (accounts.size >= MAX_ACCOUNTS_PER_WARNING || accounts.has(name)) return;
    this.#warned.set(what, accounts.add(name));
    const isLast = accounts.size === MAX_ACCOUNTS_PER_WARNING;
    this.#log('warn', line + (isLast ? '. This warning is not logged for further accounts' : ''), fields);
  }

  #log(level: LogLevel, line: string, fields: LogFields): void {
    try {
      this.#logger[level](new LogLine(level, line, fields));
    } catch {
      // An application's logger that throws must not make a refresh fail.
    }
  }
}

function reason({ kind, message, retryAt }: { kind: TokenFailureKind; message: string; retryAt: number }): string {
  return `${message} [${kind}]. ${FAILURE_KINDS[kind].remedy} Next attempt at ${new Date(retryAt).toISOString()}.`;
}

/** The event's fields, except two that loggers write themselves: `message`, and the time of the line. */
function fieldsOf(event: ContaSimplesTokenEvent): LogFields {
  const { type, at: _at, ...rest } = event;
  if (!('message' in rest)) return { event: type, ...rest };
  const { message, ...fields } = rest;
  return { event: type, ...fields, reason: message };
}

type LogLevel = 'log' | 'debug' | 'warn' | 'error';

/** The facts of a line as searchable fields. Instants are epoch milliseconds, as in the events. */
interface LogFields {
  readonly event: string;
  readonly [field: string]: string | number | undefined;
}

/** Nest's colours for the levels. */
const COLORS: Readonly<Record<LogLevel, keyof typeof inspect.colors>> = {
  log: 'green',
  debug: 'magentaBright',
  warn: 'yellow',
  error: 'red',
};

const LEVEL = Symbol('level');

/**
 * One line for any logger of an application:
 * - a text logger, such as Nest's, prints it or joins it to other text, and gets the sentence;
 * - a JSON logger, such as Nest's with `json: true` or pino, takes the enumerable fields; `msg` is the sentence;
 * - a logger that takes `message` from an object and the rest as fields, as wrappers of winston do, finds `message` too.
 *
 * It has no private fields: Nest's redaction copies the prototype and the own properties.
 */
class LogLine {
  readonly [field: string]: unknown;
  readonly msg: string;
  declare readonly [LEVEL]: LogLevel;

  constructor(level: LogLevel, msg: string, fields: LogFields) {
    this.msg = msg;
    Object.defineProperty(this, LEVEL, { value: level });
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }

  get message(): string {
    return this.msg;
  }

  toString(): string {
    return this.msg;
  }

  [inspect.custom](_depth: number, { colors }: { colors?: boolean }): string {
    const [before, after] = inspect.colors[COLORS[this[LEVEL]]] ?? [];
    return colors && before !== undefined ? `\u001b[${before}m${this.msg}\u001b[${after}m` : this.msg;
  }
}
