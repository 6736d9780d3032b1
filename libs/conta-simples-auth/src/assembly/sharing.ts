import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { IsolatedTelemetry } from '../observability/isolated-telemetry.js';
import type { TokenLog } from '../observability/token-log.js';
import type { ResolvedOptions } from '../options/options.js';
import { GuardedStore, type StoreOperationResult } from '../store/guarded-store.js';
import { LEASE_RESERVE_MS } from '../store/lease.js';
import type { LeaseWait } from '../store/shared-attempt.js';
import { SharedTokens } from '../store/shared-tokens.js';
import { DEFAULT_KEY_PREFIX } from '../store/stored-record.js';
import type { TokenStore } from '../store/token-store.js';
import type { Clock } from '../support/clock.js';

export interface SharingOptions {
  readonly store: TokenStore;
  readonly options: ResolvedOptions;
  readonly endpointUrl: string;
  readonly clock: Clock;
  readonly log: TokenLog;
  readonly telemetry: IsolatedTelemetry | undefined;
  readonly emit: (event: ContaSimplesTokenEvent) => void;
}

/** How an account shares its tokens with other processes: each gets its own, since each counts its own failures. */
export function createSharing(given: SharingOptions): () => SharedTokens {
  const { store, options, endpointUrl, clock, log, telemetry } = given;
  // One object, to which the shared tokens of every account refer.
  const shared = {
    store: guarded(given),
    clock,
    keyPrefix: store.keyPrefix ?? DEFAULT_KEY_PREFIX,
    leaseMs: store.leaseMs ?? options.requestTimeoutMs + LEASE_RESERVE_MS,
    requestTimeoutMs: options.requestTimeoutMs,
    waitTimeoutMs: options.waitTimeoutMs,
    refreshAt: options.refreshAt,
    endpointUrl,
    onTtlUnknown: () => log.ttlUnknown(),
    onClocksDisagree: () => log.clocksDisagree(),
    onRecordRefused: () => {
      log.recordRefused();
      telemetry?.recordRefused();
    },
    onLeaseWait: telemetry && ((wait: LeaseWait) => telemetry.leaseWait(wait)),
  };
  return () => new SharedTokens(shared);
}

function guarded({ store, clock, emit, telemetry }: SharingOptions): GuardedStore {
  // One store serves all accounts.
  const about = () => ({ account: '*', at: clock.now() });
  const onChange = (state: 'unavailable' | 'recovered', message: string) =>
    emit(
      state === 'unavailable'
        ? { type: 'store_unavailable', ...about(), message }
        : { type: 'store_recovered', ...about() },
    );
  const onOperation = telemetry && ((operation: StoreOperationResult) => telemetry.storeOperation(operation));
  return new GuardedStore({ store, clock, onChange, onOperation });
}
