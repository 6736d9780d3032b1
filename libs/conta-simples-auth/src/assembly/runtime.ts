import { AsyncLocalStorage } from 'node:async_hooks';
import type { AgentOptions } from 'node:https';
import type { Observable } from 'rxjs';
import { AccountRegistry } from '../accounts/account-registry.js';
import type { ContaSimplesCredentials } from '../accounts/credentials.js';
import { EndpointGate } from '../accounts/endpoint-gate.js';
import { Connections } from '../http/axios/connections.js';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import { VERSION } from '../model/version.js';
import { chooseProxy } from '../oauth/proxy.js';
import { createTokenEndpoint } from '../oauth/token-endpoint.js';
import { EventHub } from '../observability/event-hub.js';
import { IsolatedTelemetry } from '../observability/isolated-telemetry.js';
import { TokenLog } from '../observability/token-log.js';
import { type ResolvedOptions, TOKEN_PATH } from '../options/options.js';
import { type Clock, LifetimeClock, systemClock } from '../support/clock.js';
import type { TokenKeeper } from '../token/keeper.js';
import type { RunInContext } from '../token/keeper-settings.js';
import type { ListTimer, TimerListing } from '../token/refresh-schedule.js';
import { KeeperFactory } from './keeper-factory.js';
import { createSharing } from './sharing.js';

/** The parts of one application. The services that Nest injects are made of them. */
export interface Runtime {
  readonly options: ResolvedOptions;
  readonly accounts: AccountRegistry;
  readonly lifetimeClock: LifetimeClock;
  readonly setAccount: (account: string, credentials: ContaSimplesCredentials) => void;
  readonly removeAccount: (account: string) => boolean;
  readonly events: Observable<ContaSimplesTokenEvent>;
  /** The agents and sockets of `ContaSimplesHttpService`. */
  readonly connections: Connections;
  readonly telemetry: IsolatedTelemetry | undefined;
  /** Closes every account. */
  readonly close: () => Promise<void>;
  /** Releases what is left after every keeper is closed. */
  readonly release: () => void;
}

export function createRuntime(
  options: ResolvedOptions,
  listTimer: ListTimer | undefined,
  systemTime: Clock = systemClock,
): Runtime {
  // Work that outlives the call which started it runs in the asynchronous context that created the module, so that it
  // neither keeps nor uses the `AsyncLocalStorage` values of a request.
  const inContext: RunInContext = AsyncLocalStorage.snapshot();
  const clock = clockInContext(systemTime, inContext);
  const log = new TokenLog();
  const hub = new EventHub((error) => log.subscriberFailed(error));
  const { environment } = options;
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

  const emit = (event: ContaSimplesTokenEvent) =>
    inContext(() => {
      log.event(event);
      telemetry?.event(event);
      hub.emit(event);
    });
  const { store } = options;
  const shared = store && createSharing({ store, options, endpointUrl, clock, log, telemetry, emit });
  const gate = new EndpointGate(clock);
  // Every call with a cached token reads it; it sets no timers, so it needs no context.
  const lifetimeClock = new LifetimeClock(systemTime);
  const factory = new KeeperFactory({
    options,
    clock,
    lifetimeClock,
    inContext,
    endpointUrl,
    request,
    gate,
    shared,
    log,
    telemetry,
    emit,
    listTimer: listTimer && ((account) => listingInContext(listTimer(account), inContext)),
  });
  const accounts: AccountRegistry = new AccountRegistry({
    names,
    open: options.isOpen,
    maxAccounts: options.maxAccounts,
    clock,
    environment,
    create: (account) => factory.create(account),
  });
  const connections = new Connections({
    // Node accepts every form that our options allow, but its types have mutable arrays.
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

  return {
    options,
    accounts,
    lifetimeClock,
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
    events: hub.events,
    connections,
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

function* statusesOf(accounts: Iterable<TokenKeeper>): Iterable<ContaSimplesTokenStatus> {
  for (const keeper of accounts) yield keeper.status();
}

/** A clock whose timers and turns are created in the context. */
function clockInContext(clock: Clock, inContext: RunInContext): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    random: () => clock.random(),
    setTimer: (callback, delayMs, options) => inContext(() => clock.setTimer(callback, delayMs, options)),
    nextTurn: (callback) => inContext(() => clock.nextTurn(callback)),
  };
}

/** A list of timers that is changed in the context. */
function listingInContext(listing: TimerListing, inContext: RunInContext): TimerListing {
  return {
    add: (handle) => inContext(() => listing.add(handle)),
    remove: () => inContext(() => listing.remove()),
  };
}
