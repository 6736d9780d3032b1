import { credentialProblem } from '../accounts/check-credentials.js';
import type { ContaSimplesCredentials } from '../accounts/credentials.js';
import type { CredentialsSource } from '../accounts/credentials-source.js';
import type { EndpointGate } from '../accounts/endpoint-gate.js';
import { StartTurns } from '../accounts/start-turns.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { IsolatedTelemetry } from '../observability/isolated-telemetry.js';
import type { TokenLog } from '../observability/token-log.js';
import type { SharedTokens } from '../store/shared-tokens.js';
import { ContaSimplesAuthError } from '../token/auth-error.js';
import type { Clock } from '../token/clock.js';
import type { ContaSimplesTokenEvent } from '../token/events.js';
import { TokenKeeper } from '../token/keeper.js';
import type { KeeperSettings } from '../token/keeper-options.js';
import { LifeClock } from '../token/life-clock.js';
import type { TimerListing } from '../token/refresh-timer.js';
import { AccountTokenSource, type TokenSourceSettings } from './account-token-source.js';
import type { ResolvedOptions } from './resolved-options.js';

export interface KeeperFactoryOptions {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly endpointUrl: string;
  readonly request: RequestToken;
  readonly gate: EndpointGate;
  /** What an account shares with other processes; made for each, since each counts its own failures. */
  readonly shared: () => SharedTokens | undefined;
  readonly log: TokenLog;
  readonly telemetry: IsolatedTelemetry | undefined;
  readonly emit: (event: ContaSimplesTokenEvent) => void;
  readonly listTimer: (account: string) => TimerListing | undefined;
}

/** Makes the keeper of an account, and knows whose credentials come from where. */
export class KeeperFactory {
  readonly #given: KeeperFactoryOptions;
  readonly #pairs: Map<string, CredentialsSource>;
  readonly #keeperSettings: KeeperSettings;
  readonly #sourceSettings: TokenSourceSettings;

  constructor(given: KeeperFactoryOptions) {
    const { options, clock, endpointUrl, request, gate, log, telemetry } = given;
    this.#given = given;
    this.#pairs = new Map(options.accounts);
    this.#keeperSettings = {
      environment: options.environment,
      clock,
      lifeClock: new LifeClock(clock),
      refreshAt: options.refreshAt,
      waitTimeoutMs: options.waitTimeoutMs,
      emit: given.emit,
      observer: telemetry,
    };
    this.#sourceSettings = {
      credentialsOf: (account) => (this.#pairs.get(account) ?? (() => options.provide(account)))(),
      request,
      gate,
      turns: new StartTurns(clock),
      endpointUrl,
      clock,
      encoding: options.clientAuthEncoding,
      timeoutMs: options.requestTimeoutMs,
      warn: (account, what) => log.warnOnce(account, what),
      observe: telemetry && ((about, send) => telemetry.tokenRequest(about, send)),
    };
  }

  create(account: string): TokenKeeper {
    const { options, shared, listTimer } = this.#given;
    const pairs = this.#pairs;
    return new TokenKeeper({
      account,
      settings: this.#keeperSettings,
      source: new AccountTokenSource(this.#sourceSettings, account, shared()),
      // Asked each time: `setAccount()` may give an account of the function a pair.
      get keepFresh() {
        if (!pairs.has(account)) return 'while_used';
        return options.bootstrap === 'lazy' ? 'once_held' : 'always';
      },
      timerListing: listTimer(account),
    });
  }

  /**
   * @throws ContaSimplesAuthError of kind `configuration` for what is no name of an account, of kind
   * `credentials_unavailable` for a pair that cannot be one
   */
  setCredentials(account: string, credentials: ContaSimplesCredentials): void {
    const { clientAuthEncoding, environment } = this.#given.options;
    const named = nameProblem(account);
    if (named !== undefined) {
      const what = `setAccount() was called with a name that ${named}`;
      throw new ContaSimplesAuthError({ kind: 'configuration', what, environment });
    }
    // What comes from plain JavaScript, or from a database, may be anything.
    const { apiKey, apiSecret } = (credentials ?? {}) as ContaSimplesCredentials;
    for (const [part, value] of [['apiKey', apiKey] as const, ['apiSecret', apiSecret] as const]) {
      const problem = credentialProblem(part, value, clientAuthEncoding);
      if (problem === undefined) continue;
      const what = `The pair was not taken: ${part} ${problem}`;
      throw new ContaSimplesAuthError({ kind: 'credentials_unavailable', what, account, environment });
    }
    this.#pairs.set(account, () => ({ apiKey, apiSecret }));
  }

  forgetCredentials(account: string): void {
    this.#pairs.delete(account);
  }
}

/** What is wrong with an account's name, in words that follow it; `undefined` if nothing is. */
function nameProblem(account: unknown): string | undefined {
  if (typeof account !== 'string') return 'is not a string';
  if (account.trim() === '') return 'is blank';
  return account === '*' ? 'stands for all accounts in events and log lines' : undefined;
}
