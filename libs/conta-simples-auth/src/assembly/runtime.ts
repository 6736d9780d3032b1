import type { AgentOptions } from 'node:https';
import { AccountRegistry } from '../accounts/account-registry.js';
import { EndpointGate } from '../accounts/endpoint-gate.js';
import type { InterceptorOptions } from '../http/axios/auth.interceptor.js';
import { Connections } from '../http/axios/connections.js';
import { createGuardedInstance } from '../http/axios/guarded-instance.js';
import { createGuardedFetch } from '../http/fetch/guarded-fetch.js';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import { VERSION } from '../model/version.js';
import { ContaSimplesHttpService } from '../nest/http.service.js';
import { HttpServices } from '../nest/http-services.js';
import { ContaSimplesTokenService } from '../nest/token.service.js';
import { chooseProxy } from '../oauth/proxy.js';
import { createTokenEndpoint } from '../oauth/token-endpoint.js';
import { EventHub } from '../observability/event-hub.js';
import { IsolatedTelemetry } from '../observability/isolated-telemetry.js';
import { TokenLog } from '../observability/token-log.js';
import { collectOrigins } from '../options/check-url.js';
import { Problems } from '../options/problems.js';
import { type ResolvedOptions, TOKEN_PATH } from '../options/resolved-options.js';
import { GuardedStore, type StoreOperationResult } from '../store/guarded-store.js';
import type { LeaseWait } from '../store/lease-wait.js';
import { SharedTokens } from '../store/shared-tokens.js';
import type { TokenStore } from '../store/token-store.js';
import { type Clock, systemClock } from '../support/clock.js';
import type { TokenKeeper } from '../token/keeper.js';
import { LifeClock } from '../token/life-clock.js';
import type { TimerListing } from '../token/refresh-timer.js';
import { KeeperFactory } from './keeper-factory.js';
import { captureContext, clockInContext } from './module-context.js';

/** Everything one application has of this library, put together once. */
export interface Runtime {
  readonly accounts: AccountRegistry;
  readonly tokens: ContaSimplesTokenService;
  readonly http: ContaSimplesHttpService;
  /** The client of an account, whether or not there is one: its calls say so. */
  readonly httpFor: (account: string) => ContaSimplesHttpService;
  readonly attaching: InterceptorOptions;
  readonly bootstrap: ResolvedOptions['bootstrap'];
  readonly telemetry: IsolatedTelemetry | undefined;
  /** Ends every account. */
  readonly close: () => Promise<void>;
  /** Releases what is left once every keeper is closed. */
  readonly release: () => void;
}

export type ListTimer = (account: string) => TimerListing | undefined;

export function createRuntime(
  options: ResolvedOptions,
  listTimer: ListTimer,
  systemTime: Clock = systemClock,
): Runtime {
  const inContext = captureContext();
  const clock = clockInContext(systemTime, inContext);
  const log = new TokenLog();
  const hub = new EventHub((error) => log.subscriberFailed(error));
  const { proxy, tls, httpsAgent } = options.transport();
  const endpointUrl = options.baseUrl + TOKEN_PATH;
  const names = [...options.accounts.keys()];
  const telemetry =
    options.telemetry &&
    new IsolatedTelemetry(
      options.telemetry,
      {
        version: VERSION,
        tokenUrl: endpointUrl,
        tokenPath: TOKEN_PATH,
        accounts: names,
        hasStore: options.store !== undefined,
        statuses: () => statusesOf(accounts),
      },
      clock,
    );
  const request = createTokenEndpoint({
    ...options,
    url: endpointUrl,
    clock,
    proxy,
    tls,
    httpsAgent,
    onClockSkew: telemetry && ((skewMs) => telemetry.clockSkew(skewMs)),
  });

  const tell = (event: ContaSimplesTokenEvent) =>
    inContext(() => {
      if (event.type === 'acquired') accounts.noteToken(event.account);
      log.event(event);
      telemetry?.event(event);
      hub.emit(event);
    });
  const guarded = options.store && guardStore(options.store, { clock, tell, telemetry });
  const sharing = {
    clock,
    keyPrefix: options.store?.keyPrefix ?? DEFAULT_KEY_PREFIX,
    leaseMs: options.store?.leaseMs ?? options.requestTimeoutMs + LEASE_RESERVE_MS,
    requestTimeoutMs: options.requestTimeoutMs,
    waitTimeoutMs: options.waitTimeoutMs,
    refreshAt: options.refreshAt,
    endpointUrl,
    onTtlUnknown: () => log.ttlUnknown(),
    onClocksDisagree: () => log.clocksDisagree(),
    onTampered: () => {
      log.recordRefused();
      telemetry?.recordRefused();
    },
    onLeaseWait: telemetry && ((wait: LeaseWait) => telemetry.leaseWait(wait)),
  };
  const gate = new EndpointGate(clock);
  const factory = new KeeperFactory({
    options,
    clock,
    // Read by every call with a cached token, and sets no timers.
    lifeClock: new LifeClock(systemTime),
    inContext,
    endpointUrl,
    request,
    gate,
    shared: () => guarded && new SharedTokens({ ...sharing, store: guarded }),
    log,
    telemetry,
    emit: tell,
    listTimer,
  });
  const { environment, origins, isOpen: open } = options;
  const accounts: AccountRegistry = new AccountRegistry({
    names,
    open,
    maxAccounts: options.maxAccounts,
    clock,
    environment,
    create: (account) => factory.create(account),
  });

  const connections = new Connections({
    // Node takes every form that our options allow; its types spell them as mutable arrays.
    tls: tls as AgentOptions | undefined,
    httpsAgent,
    inContext,
    proxyFor: (url, agent) => {
      const chosen = chooseProxy(url, proxy, agent);
      if (chosen.ok) return chosen.proxy;
      throw new ContaSimplesAuthError({ ...chosen.failure, environment });
    },
    closed: () =>
      new ContaSimplesAuthError({ kind: 'shut_down', what: 'The module was closed during the call', environment }),
  });
  const services = new HttpServices();
  // Nothing is asked of the account yet: a client can be injected before it is known whether there is one.
  const httpFor = (name?: string): ContaSimplesHttpService =>
    services.get(name, () => {
      const keeper = () => accounts.get(name);
      const instance = createGuardedInstance({ ...options, connections, keeper });
      return new ContaSimplesHttpService(instance, (other) => {
        accounts.peek(other);
        return httpFor(other);
      });
    });

  return {
    accounts,
    tokens: new ContaSimplesTokenService({
      accounts,
      events: hub.events,
      fetch: createGuardedFetch({ ...options, keeper: (account) => accounts.get(account) }),
      setAccount: (account, credentials) => {
        const isCooling = accounts.find(account)?.status().state === 'cooling';
        if (!factory.setCredentials(account, credentials, isCooling)) return;
        const keeper = accounts.set(account);
        if (options.bootstrap !== 'lazy') keeper.warmUp();
      },
      removeAccount: (account) => {
        factory.forgetCredentials(account);
        return accounts.remove(account);
      },
    }),
    http: httpFor(),
    httpFor,
    attaching: { keeper: (account) => accounts.get(account), origins, checkOrigins },
    bootstrap: options.bootstrap,
    telemetry,
    close: () => {
      // First, so that no request takes the place of one that is cancelled.
      gate.close();
      return accounts.close();
    },
    release: () => {
      telemetry?.stop();
      hub.complete();
      connections.close();
    },
  };
}

const DEFAULT_KEY_PREFIX = 'conta-simples-auth';
/** What a lease outlives the request for which it was taken by: time to write the token down. */
const LEASE_RESERVE_MS = 2_000;

interface StoreWatch {
  readonly clock: Clock;
  readonly tell: (event: ContaSimplesTokenEvent) => void;
  readonly telemetry: IsolatedTelemetry | undefined;
}

function guardStore(store: TokenStore, { clock, tell, telemetry }: StoreWatch): GuardedStore {
  // One store serves all accounts.
  const about = () => ({ account: '*', at: clock.now() });
  const onChange = (state: 'unavailable' | 'recovered', message: string) =>
    tell(
      state === 'unavailable'
        ? { type: 'store_unavailable', ...about(), message }
        : { type: 'store_recovered', ...about() },
    );
  const onOperation = telemetry && ((operation: StoreOperationResult) => telemetry.storeOperation(operation));
  return new GuardedStore({ store, clock, onChange, onOperation });
}

function* statusesOf(accounts: Iterable<TokenKeeper>): Iterable<ContaSimplesTokenStatus> {
  for (const keeper of accounts) yield keeper.status();
}

function checkOrigins(list: readonly string[]): ReadonlySet<string> {
  const problems = new Problems();
  const origins = collectOrigins(list, 'attach() option origins', problems);
  problems.throwIfAny();
  return origins;
}
