import type { Counter, Histogram, Meter } from '@opentelemetry/api';

/** Seconds. A token request takes a tenth of one on a good day, and is cut off at `requestTimeoutMs`. */
const REQUEST_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
/** Seconds. A store on the same network answers within a millisecond or two, and is given 0.25 s. */
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** Seconds. Another process's request, or the whole of its lease where that process has died. */
const LEASE_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20];

/** What is counted as it happens. */
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
      'Requests sent to the token endpoint, by cause; error.type is set for those that brought no token.',
    ),
    tokenRequestDuration: seconds(
      'conta_simples_auth.token.request.duration',
      REQUEST_BUCKETS,
      'Duration of requests to the token endpoint, up to the last byte of the answer.',
    ),
    takeovers: counter(
      'conta_simples_auth.token.takeovers',
      '{token}',
      'Tokens taken over from another process through the shared store, at the price of no token request.',
    ),
    degradedCalls: counter(
      'conta_simples_auth.token.degraded_calls',
      '{call}',
      'Calls served with the held token while its refresh fails: what an outage would have cost.',
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
      'Time spent waiting for the token request of another process, by what ended the wait.',
    ),
    tamperedRecords: counter(
      'conta_simples_auth.store.tampered_records',
      '{record}',
      'Attempts that met a record in the shared store that is not of this library and these credentials, and ignored it.',
    ),
  };
}
