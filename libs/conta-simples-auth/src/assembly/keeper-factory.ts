import {
  type ContaSimplesCredentials,
  Credentials,
  type CredentialsSource,
  pairProblem,
} from '../accounts/credentials.js';
import type { EndpointGate } from '../accounts/endpoint-gate.js';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { IsolatedTelemetry } from '../observability/isolated-telemetry.js';
import type { TokenLog } from '../observability/token-log.js';
import type { ResolvedOptions } from '../options/options.js';
import type { SharedTokens } from '../store/shared-tokens.js';
import type { Clock, LifetimeClock } from '../support/clock.js';
import { SharedTimers } from '../support/shared-timers.js';
import { StartTurns } from '../support/waiting-line.js';
import { TokenKeeper } from '../token/keeper.js';
import type { KeeperSettings, RunInContext } from '../token/keeper-settings.js';
import type { TimerListing } from '../token/refresh-schedule.js';
import { AccountTokenSource, type TokenSourceSettings } from './account-token-source.js';

export interface KeeperFactoryOptions {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly lifetimeClock: LifetimeClock;
  readonly inContext: RunInContext;
  readonly endpointUrl: string;
  readonly request: RequestToken;
  readonly gate: EndpointGate;
  /** Makes what an account shares with other processes; absent without a store. */
  readonly shared: (() => SharedTokens) | undefined;
  readonly log: TokenLog;
  readonly telemetry: IsolatedTelemetry | undefined;
  readonly emit: (event: ContaSimplesTokenEvent) => void;
  readonly listTimer: ((account: string) => TimerListing) | undefined;
}

/** Makes the keeper of an account, and knows whose credentials come from where. */
export class KeeperFactory {
  readonly #given: KeeperFactoryOptions;
  readonly #pairs: Map<string, CredentialsSource>;
  /** The pairs of the last attempts, by their fingerprints; of the accounts in {@link KeeperFactory.#pairs}. */
  readonly #pairsInUse = new Map<string, string>();
  /** The pairs given to {@link KeeperFactory.setCredentials}, by their fingerprints. */
  readonly #set = new Map<string, string>();
  readonly #keeperSettings: KeeperSettings;
  readonly #sourceSettings: TokenSourceSettings;

  constructor(given: KeeperFactoryOptions) {
    const { options, clock, lifetimeClock, inContext, endpointUrl, request, gate, log, telemetry } = given;
    const turns = new StartTurns(clock, inContext);
    this.#given = given;
    this.#pairs = new Map(options.accounts);
    const withPair = options.bootstrap === 'lazy' ? 'once_held' : 'always';
    this.#keeperSettings = {
      environment: options.environment,
      clock,
      lifetimeClock,
      waitTimers: new SharedTimers(clock),
      refreshAt: options.refreshAt,
      waitTimeoutMs: options.waitTimeoutMs,
      // `setAccount()` can give an account its own pair.
      keepFresh: (account) => (this.#pairs.has(account) ? withPair : 'while_used'),
      listTimer: given.listTimer,
      emit: given.emit,
      observer: telemetry,
      inContext,
      onContention: (account) => log.contended(account, options.store !== undefined),
      startTurn: (target) => turns.add(target),
      createSource: (account) => new AccountTokenSource(this.#sourceSettings, account, this.#given.shared?.()),
    };
    this.#sourceSettings = {
      credentialsOf: (account) => (this.#pairs.get(account) ?? (() => options.provide(account)))(),
      request,
      gate,
      endpointUrl,
      clock,
      encoding: options.clientAuthEncoding,
      timeoutMs: options.requestTimeoutMs,
      usesPair: (account, fingerprint) => {
        if (this.#pairs.has(account)) this.#pairsInUse.set(account, fingerprint);
      },
      warn: (account, what) => log.warnOnce(account, what),
      observe: telemetry && ((about, send) => telemetry.tokenRequest(about, send)),
    };
  }

  create(account: string): TokenKeeper {
    return new TokenKeeper({ account, settings: this.#keeperSettings });
  }

  /**
   * @param retries whether a pair that is in use already is to be tried again when it is set for the first time
   * @returns whether the account has to start afresh: the same pair set again changes nothing
   * @throws ContaSimplesAuthError of kind `configuration` for what is no name of an account, of kind
   * `credentials_unavailable` for a pair that cannot be one
   */
  setCredentials(account: string, credentials: ContaSimplesCredentials, retries: boolean): boolean {
    const { clientAuthEncoding, environment } = this.#given.options;
    const named = nameProblem(account);
    if (named !== undefined) {
      const what = `setAccount() was called with a name that ${named}`;
      throw new ContaSimplesAuthError({ kind: 'configuration', what, environment });
    }
    // What comes from plain JavaScript, or from a database, may be anything.
    const { apiKey, apiSecret } = (credentials ?? {}) as ContaSimplesCredentials;
    const problem = pairProblem({ apiKey, apiSecret }, clientAuthEncoding);
    if (problem !== undefined) {
      const what = `The pair was not taken: ${problem}`;
      throw new ContaSimplesAuthError({ kind: 'credentials_unavailable', what, account, environment });
    }
    const { fingerprint } = new Credentials({ apiKey, apiSecret });
    const present = this.#set.get(account) ?? (retries ? undefined : this.#pairsInUse.get(account));
    this.#pairs.set(account, () => ({ apiKey, apiSecret }));
    this.#set.set(account, fingerprint);
    return fingerprint !== present;
  }

  forgetCredentials(account: string): void {
    this.#pairs.delete(account);
    this.#set.delete(account);
    this.#pairsInUse.delete(account);
  }
}

/** What is wrong with an account's name, in words that follow it; `undefined` if nothing is. */
function nameProblem(account: unknown): string | undefined {
  if (typeof account !== 'string') return 'is not a string';
  if (account.trim() === '') return 'is blank';
  return account === '*' ? 'stands for all accounts in events and log lines' : undefined;
}
