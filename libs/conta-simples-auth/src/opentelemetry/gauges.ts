import type { BatchObservableResult, Meter } from '@opentelemetry/api';
import type { ContaSimplesTokenState } from '../model/status.js';
import type { ContaSimplesTelemetrySource } from '../observability/telemetry.js';
import type { AccountNames } from './account-names.js';
import { ATTRIBUTE } from './attributes.js';

const STATES: readonly ContaSimplesTokenState[] = ['empty', 'valid', 'degraded', 'cooling', 'closed'];

/** What is read when metrics are collected, and what has to be told for that. */
export interface Gauges {
  storeUnavailable: boolean;
  clockSkewMs: number | undefined;
  stop(): void;
}

export function observeGauges(meter: Meter, source: ContaSimplesTelemetrySource, names: AccountNames): Gauges {
  const remaining = meter.createObservableGauge('conta_simples_auth.token.remaining_life', {
    unit: 's',
    description:
      'Time until the held token ends, 0 where none is held. Of accounts that share a name, the token that ends first.',
  });
  const state = meter.createObservableUpDownCounter('conta_simples_auth.token.state', {
    unit: '{account}',
    description: 'Accounts in each state: for an account with a name of its own 1 in its state and 0 in the others.',
  });
  const unavailable = meter.createObservableGauge('conta_simples_auth.store.unavailable', {
    unit: '1',
    description: '1 while the shared store is left alone because it failed, else 0; absent without a shared store.',
  });
  const skew = meter.createObservableGauge('conta_simples_auth.clock.skew', {
    unit: 's',
    description: "By how much the token endpoint's clock is ahead of ours, by the Date of its last answer.",
  });
  const observables = [remaining, state, unavailable, skew];
  // The SDK goes on reporting what is no longer observed, at its last value: an account that is gone is observed as such.
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
