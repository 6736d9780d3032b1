import { hkdfSync } from 'node:crypto';
import { throughGate } from '@support/through-gate.js';
import { EndpointGate } from '../../libs/conta-simples-auth/src/accounts/endpoint-gate.js';
import type { AccessToken } from '../../libs/conta-simples-auth/src/model/access-token.js';
import { GuardedStore } from '../../libs/conta-simples-auth/src/store/guarded-store.js';
import type { DeriveKey } from '../../libs/conta-simples-auth/src/store/record-cipher.js';
import { SharedTokens } from '../../libs/conta-simples-auth/src/store/shared-tokens.js';
import { LifetimeClock } from '../../libs/conta-simples-auth/src/support/clock.js';
import { SharedTimers } from '../../libs/conta-simples-auth/src/support/shared-timers.js';
import { TokenKeeper } from '../../libs/conta-simples-auth/src/token/keeper.js';
import type { TokenSource } from '../../libs/conta-simples-auth/src/token/token-source.js';
import { EventClock } from './event-clock.js';
import { busiestMinute, SimulatedEndpoint } from './simulated-endpoint.js';
import { SimulatedStore } from './simulated-store.js';

export interface FleetScenario {
  readonly replicas: number;
  readonly accounts: number;
  readonly shared: boolean;
  readonly seed: number;
  /** How long to watch, in lives of a token. */
  readonly lives: number;
  /** What the store gets done; default 100,000, as one Redis on a small machine does. */
  readonly operationsPerSecond?: number;
  /** The service's limit for the one address of the fleet; default none. */
  readonly perMinute?: number;
  /** Share of the writes that the store carries out up to two minutes late; default none. */
  readonly lateShare?: number;
}

export interface FleetReport {
  readonly requests: number;
  /** Requests answered 429. */
  readonly refused: number;
  readonly busiestMinute: number;
  /** The same from the end of the first minute on. */
  readonly busiestMinuteLater: number;
  /** From the start to the moment when the last keeper had a token; `undefined` where one never did. */
  readonly allServedMs: number | undefined;
  /** Keepers that cannot serve a token at the end. */
  readonly without: number;
  readonly storeOperations: number;
  readonly slowestOperationMs: number;
  /** Tokens that are said to end after their end, of those asked for every half minute; counted where writes are late. */
  readonly overlongTokens: number;
}

const LIFE_MS = 1_800_000;
const LATENCY_MS = 300;
const MINUTE = 60_000;
const HALF_MINUTE = MINUTE / 2;
const ROUNDING_MS = 10;
const REFRESH_AT = 0.9;
const REQUEST_TIMEOUT_MS = 5_000;
const WAIT_TIMEOUT_MS = 10_000;
const DEFAULT_OPERATIONS_PER_SECOND = 100_000;
const ENDPOINT_URL = 'https://api.invalid/oauth/v1/access-token';

/** Starts a whole fleet at the same moment and watches it; everything but time, store and service is the real code. */
export async function simulateFleet(scenario: FleetScenario): Promise<FleetReport> {
  const { replicas, accounts, shared, seed, lives, perMinute } = scenario;
  const clock = new EventClock(seed);
  const endpoint = new SimulatedEndpoint({ clock, lifeMs: LIFE_MS, latencyMs: LATENCY_MS, perMinute });
  const store = new SimulatedStore(
    clock,
    scenario.operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND,
    scenario.lateShare,
  );
  const keys = Array.from({ length: accounts }, (_, account) => keysOf(account));
  let served = 0;
  let lastServedAt = 0;
  const onFirst = () => {
    served++;
    lastServedAt = clock.monotonic();
  };
  const keepers: TokenKeeper[] = [];
  for (let replica = 0; replica < replicas; replica++) {
    const gate = new EndpointGate(clock);
    const guarded = new GuardedStore({ store, clock, onChange: () => {} });
    for (const deriveKey of keys) {
      const source = sourceOf({ clock, gate, endpoint, deriveKey, guarded: shared ? guarded : undefined });
      keepers.push(keeperOf(clock, source, onFirst));
    }
  }
  for (const keeper of keepers) keeper.warmUp();
  let overlongTokens = 0;
  const epoch = clock.now() - clock.monotonic();
  const check = ({ value, expiresAt }: AccessToken) => {
    if (expiresAt - epoch > (endpoint.ends.get(value) ?? 0) + ROUNDING_MS) overlongTokens++;
  };
  for (let at = HALF_MINUTE; scenario.lateShare !== undefined && at < lives * LIFE_MS; at += HALF_MINUTE) {
    await clock.runUntil(at);
    for (const keeper of keepers) keeper.get({ timeoutMs: 1 }).then(check, () => {});
  }
  await clock.runUntil(lives * LIFE_MS);
  const without = keepers.filter((keeper) => keeper.status().fingerprint === undefined).length;
  return {
    requests: endpoint.arrivals.length,
    refused: endpoint.refused,
    busiestMinute: busiestMinute(endpoint.arrivals),
    busiestMinuteLater: busiestMinute(endpoint.arrivals, MINUTE),
    allServedMs: served === keepers.length ? lastServedAt : undefined,
    without,
    storeOperations: store.operations,
    slowestOperationMs: store.slowestMs,
    overlongTokens,
  };
}

interface SourceOptions {
  readonly clock: EventClock;
  readonly gate: EndpointGate;
  readonly endpoint: SimulatedEndpoint;
  readonly deriveKey: DeriveKey;
  readonly guarded: GuardedStore | undefined;
}

function sourceOf({ clock, gate, endpoint, deriveKey, guarded }: SourceOptions): TokenSource {
  const tokens =
    guarded &&
    new SharedTokens({
      store: guarded,
      clock,
      keyPrefix: 'fleet',
      leaseMs: REQUEST_TIMEOUT_MS + 2_000,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      waitTimeoutMs: WAIT_TIMEOUT_MS,
      refreshAt: REFRESH_AT,
      endpointUrl: ENDPOINT_URL,
      onRecordRefused: () => {},
      onClocksDisagree: () => {},
      onTtlUnknown: () => {},
    });
  const account = { isSuspect: false };
  return {
    obtain: (signal, demand) => {
      const send = () => endpoint.request();
      const shared = tokens?.obtain({ deriveKey, demand, signal, gate, account, send });
      return shared ?? throughGate(gate, send, signal, account);
    },
    canRetryEarly: async () => false,
  };
}

function keeperOf(clock: EventClock, source: TokenSource, onFirst: () => void): TokenKeeper {
  return new TokenKeeper({
    account: 'default',
    settings: {
      environment: 'sandbox',
      clock,
      lifetimeClock: new LifetimeClock(clock),
      waitTimers: new SharedTimers(clock),
      refreshAt: REFRESH_AT,
      waitTimeoutMs: WAIT_TIMEOUT_MS,
      keepFresh: () => 'always',
      inContext: (work) => work(),
      onContention: () => {},
      emit: (event) => {
        if (event.type === 'acquired' && event.generation === 1) onFirst();
      },
      createSource: () => source,
      startTurn: (target) => target.onTurn(),
    },
  });
}

/** Made once an account, and not at every attempt: ten thousand replicas would do little else. */
function keysOf(account: number): DeriveKey {
  const made = new Map<string, Buffer>();
  return (purpose, bytes) => {
    const key = made.get(purpose) ?? Buffer.from(hkdfSync('sha256', `secret of ${account}`, '', purpose, bytes));
    made.set(purpose, key);
    return key;
  };
}
