import type { BatchObservableResult, Counter, Histogram, Meter } from '@opentelemetry/api';
import type { ContaSimplesTokenState } from '../model/status.js';
import type { ContaSimplesTelemetrySource } from '../observability/telemetry.js';
import { type AccountNames, ATTRIBUTE } from './attributes.js';

/** Seconds. A token request usually takes 0.1 s and is aborted at `requestTimeoutMs`. */
const REQUEST_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
/** Seconds. A store on the same network answers in 1 to 2 ms; its timeout is 0.25 s. */
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** Seconds. The duration of another process's request, or of its whole lease if that process died. */
const LEASE_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20];

/** The metrics that are recorded when something happens. */
export interface Instruments {
  readonly tokenRequests: Counter;
  readonly tokenRequestDuration: Histogram;
  readonly takeovers: Counter;
  readonly degradedCalls: Counter;
  readonly replays: Counter;
  readonly storeOperationDuration: Histogram;
  readonly leaseWaitDuration: Histogram;
  readonly tamperedRecords: Counter;
}

export function createInstruments(meter: Meter): Instruments {
  const counter = (name: string, unit: string, description: string) => meter.createCounter(name, { unit, description });
  const seconds = (name: string, explicitBucketBoundaries: number[], description: string) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries } });
  return {
    tokenRequests: counter(
      'conta_simples_auth.token.requests',
      '{request}',
      'Requests sent to the token endpoint, by cause; error.type is set for failed ones.',
    ),
    tokenRequestDuration: seconds(
      'conta_simples_auth.token.request.duration',
      REQUEST_BUCKETS,
      'Duration of requests to the token endpoint, up to the last byte of the answer.',
    ),
    takeovers: counter(
      'conta_simples_auth.token.takeovers',
      '{token}',
      'Tokens taken over from another process through the shared store, without a token request.',
    ),
    degradedCalls: counter(
      'conta_simples_auth.token.degraded_calls',
      '{call}',
      'Calls served with the held token while its refresh fails.',
    ),
    replays: counter(
      'conta_simples_auth.replays',
      '{request}',
      'Requests sent a second time with another token after a 401, by outcome.',
    ),
    storeOperationDuration: seconds(
      'conta_simples_auth.store.operation.duration',
      STORE_BUCKETS,
      'Duration of operations on the shared store; error.type is set for those that failed.',
    ),
    leaseWaitDuration: seconds(
      'conta_simples_auth.lease.wait.duration',
      LEASE_BUCKETS,
      'Time spent waiting for the token request of another process, by outcome.',
    ),
    tamperedRecords: counter(
      'conta_simples_auth.store.tampered_records',
      '{record}',
      'Attempts that ignored a record in the shared store because it was not written by this library with these credentials.',
    ),
  };
}

const STATES: readonly ContaSimplesTokenState[] = ['empty', 'valid', 'degraded', 'cooling', 'closed'];

/** The metrics that are read at collection, and the values set for them. */
export interface Gauges {
  storeUnavailable: boolean;
  clockSkewMs: number | undefined;
  stop(): void;
}

export function observeGauges(meter: Meter, source: ContaSimplesTelemetrySource, names: AccountNames): Gauges {
  const remaining = meter.createObservableGauge('conta_simples_auth.token.remaining_life', {
    unit: 's',
    description:
      'Time until the held token expires, 0 if none is held. For accounts that share a name: the token that expires first.',
  });
  const state = meter.createObservableUpDownCounter('conta_simples_auth.token.state', {
    unit: '{account}',
    description:
      'Number of accounts in each state. An account under its own name counts 1 in its state and 0 in the others.',
  });
  const unavailable = meter.createObservableGauge('conta_simples_auth.store.unavailable', {
    unit: '1',
    description: '1 while the shared store is not used because it failed, else 0; absent without a shared store.',
  });
  const skew = meter.createObservableGauge('conta_simples_auth.clock.skew', {
    unit: 's',
    description: "How far the token endpoint's clock is ahead of this machine's, from the Date of its last answer.",
  });
  const observables = [remaining, state, unavailable, skew];
  // The SDK repeats the last value of a series that is not observed, so removed accounts are observed with 0.
  const seen = new Set<string>();

  const observe = (result: BatchObservableResult) => {
    const summaries = byName(source, names);
    for (const account of summaries.keys()) seen.add(account);
    for (const account of seen) {
      const { endsAt, counts } = summaries.get(account) ?? NO_ACCOUNT;
      const attributes = { [ATTRIBUTE.account]: account };
      result.observe(remaining, endsAt === undefined ? 0 : (endsAt - Date.now()) / 1_000, attributes);
      for (const name of STATES) result.observe(state, counts[name], { ...attributes, [ATTRIBUTE.state]: name });
    }
    if (source.hasStore) result.observe(unavailable, gauges.storeUnavailable ? 1 : 0);
    if (gauges.clockSkewMs !== undefined) result.observe(skew, gauges.clockSkewMs / 1_000);
  };
  const gauges: Gauges = {
    storeUnavailable: false,
    clockSkewMs: undefined,
    stop: () => meter.removeBatchObservableCallback(observe, observables),
  };
  meter.addBatchObservableCallback(observe, observables);
  return gauges;
}

interface Summary {
  endsAt: number | undefined;
  readonly counts: Record<ContaSimplesTokenState, number>;
}

const NO_ACCOUNT: Summary = { endsAt: undefined, counts: { empty: 0, valid: 0, degraded: 0, cooling: 0, closed: 0 } };

function byName(source: ContaSimplesTelemetrySource, names: AccountNames): Map<string, Summary> {
  const summaries = new Map<string, Summary>();
  for (const { account, state, expiresAt } of source.statuses()) {
    const name = names.of(account);
    const summary = summaries.get(name) ?? { ...NO_ACCOUNT, counts: { ...NO_ACCOUNT.counts } };
    summaries.set(name, summary);
    summary.counts[state]++;
    if (expiresAt !== undefined) summary.endsAt = Math.min(summary.endsAt ?? expiresAt, expiresAt);
  }
  return summaries;
}
