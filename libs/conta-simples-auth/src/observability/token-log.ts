import { Logger } from '@nestjs/common';
import { REMEDY, type TokenFailureKind } from '../token/error-kind.js';
import type { ContaSimplesTokenEvent } from '../token/events.js';

/** Says in the application's log each change of state once, and not each attempt. */
export class TokenLog {
  readonly #logger = new Logger('ContaSimplesAuth');
  readonly #warned = new Set<string>();

  event(event: ContaSimplesTokenEvent): void {
    const who = `account "${event.account}"`;
    switch (event.type) {
      case 'acquired': {
        const until = new Date(event.expiresAt).toISOString();
        const line = `Token ${event.fingerprint} obtained for ${who} (${event.cause}), ends ${until}`;
        if (event.cause === 'first') this.#say('log', line);
        else this.#say('debug', line);
        return;
      }
      case 'degraded':
        this.#say('warn', `Refresh fails for ${who}, the held token is served on: ${reason(event)}`);
        return;
      case 'cooling':
        this.#say('error', `No token for ${who}, calls fail until then: ${reason(event)}`);
        return;
      case 'recovered':
        this.#say('log', `Token endpoint works again for ${who} after ${event.attempts} failed attempts`);
        return;
      case 'store_unavailable':
        this.#say(
          'warn',
          `The shared token store is left alone (${event.message}): this process asks for its own tokens`,
        );
        return;
      case 'store_recovered':
        this.#say('log', 'The shared token store answers again');
        return;
      default:
        return;
    }
  }

  /** Once: it is overwritten by the next token, but somebody should look who writes there. */
  recordRefused(): void {
    this.#warn(
      'The shared token store holds a record that is not of this library and these credentials; it is ignored',
    );
  }

  /** Once for each account and warning: a server that does something odd does it with every answer. */
  warnOnce(account: string, what: string): void {
    this.#warn(`Token answer for account "${account}": ${what}`);
  }

  subscriberFailed(error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    this.#say('error', `A subscriber of ContaSimplesTokenService.events failed (${name}); the token is unaffected`);
  }

  #warn(line: string): void {
    if (this.#warned.has(line)) return;
    this.#warned.add(line);
    this.#say('warn', line);
  }

  #say(level: 'log' | 'debug' | 'warn' | 'error', line: string): void {
    try {
      this.#logger[level](line);
    } catch {
      // The application's own logger. We log in the middle of a refresh, which must not fail because a line did.
    }
  }
}

function reason({ kind, message, retryAt }: { kind: TokenFailureKind; message: string; retryAt: number }): string {
  return `${message} [${kind}]. ${REMEDY[kind]} Next attempt at ${new Date(retryAt).toISOString()}.`;
}
