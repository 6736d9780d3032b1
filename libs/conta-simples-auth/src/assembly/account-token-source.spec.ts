import { describe, expect, it } from '@jest/globals';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { ClockedEndpoint } from '@support/shared-process.js';
import { throughGate } from '@support/through-gate.js';
import { EndpointGate } from '../accounts/endpoint-gate.js';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import { GuardedStore } from '../store/guarded-store.js';
import { SharedTokens } from '../store/shared-tokens.js';
import type { TokenOutcome } from '../token/token-source.js';
import { AccountTokenSource, type TokenSourceSettings } from './account-token-source.js';

const DEMAND = { cause: 'first', replaces: undefined } as const;

/** A source without a shared store, whose one attempt has failed. */
async function failed(kind: TokenFailureKind) {
  const clock = new FakeClock();
  const pair = { apiKey: 'key-of-the-account', apiSecret: 'secret-of-the-account' };
  let asked = 0;
  const outcome: TokenOutcome = { ok: false, failure: { kind, what: 'The token endpoint said no' } };
  const settings: TokenSourceSettings = {
    credentialsOf: () => {
      asked++;
      return pair;
    },
    request: async () => outcome,
    gate: new EndpointGate(clock),
    endpointUrl: 'https://api.contasimples.com/oauth/v1/access-token',
    clock,
    encoding: 'plain',
    timeoutMs: 5_000,
    usesPair: () => {},
    warn: () => {},
  };
  const source = new AccountTokenSource(settings, 'default', undefined);
  await source.obtain(new AbortController().signal, DEMAND);
  asked = 0;
  return { source, pair, asked: () => asked };
}

describe('an early retry of an account that cools down', () => {
  it.each(['credentials_rejected', 'forbidden'] as const)('after %s needs another pair', async (kind) => {
    const { source, pair, asked } = await failed(kind);
    expect(await source.canRetryEarly(undefined)).toBe(false);
    pair.apiSecret = 'another-secret';
    expect(await source.canRetryEarly(undefined)).toBe(true);
    expect(asked()).toBe(2);
  });

  it.each(['request_rejected', 'server_error', 'edge_blocked', 'rate_limited'] as const)(
    'after %s is never possible, since another pair would not help: the credentials are not read',
    async (kind) => {
      const { source, pair, asked } = await failed(kind);
      pair.apiSecret = 'another-secret';
      expect(await source.canRetryEarly(undefined)).toBe(false);
      expect(asked()).toBe(0);
    },
  );
});

describe('a request that shares its token with other processes', () => {
  it('has its place at the token endpoint before it has the lease, and is measured in that place', async () => {
    const clock = new FakeClock();
    const store = new ClockedStore(clock);
    const endpoint = new ClockedEndpoint(clock);
    const gate = new EndpointGate(clock);
    const measured: string[] = [];
    const settings: TokenSourceSettings = {
      credentialsOf: () => ({ apiKey: 'key-of-the-account', apiSecret: 'secret-of-the-account' }),
      request: (_client, signal) => endpoint.request('default', signal),
      gate,
      endpointUrl: 'https://api.contasimples.com/oauth/v1/access-token',
      clock,
      encoding: 'plain',
      timeoutMs: 5_000,
      usesPair: () => {},
      warn: () => {},
      observe: ({ cause }, send) => {
        measured.push(cause);
        return send();
      },
    };
    const guarded = new GuardedStore({ store, clock, onChange: () => {} });
    const source = new AccountTokenSource(settings, 'default', new SharedTokens({ ...SHARING, clock, store: guarded }));
    const ends: (() => void)[] = [];
    for (let place = 0; place < 16; place++) {
      const request = () => new Promise<TokenOutcome>((resolve) => ends.push(() => resolve(FAILED)));
      void throughGate(gate, request);
    }
    const outcome = watch(source.obtain(new AbortController().signal, DEMAND));
    await clock.advance(1_000);
    expect(store.left('lease')).toEqual([]);
    expect(measured).toEqual([]);
    ends[0]?.();
    await clock.advance(100);
    expect(store.left('lease')).toEqual([6_900]);
    expect(measured).toEqual(['first']);
    await clock.advance(1_000);
    expect(outcome.value).toMatchObject({ ok: true });
  });
});

const FAILED: TokenOutcome = { ok: false, failure: { kind: 'server_error', what: 'It said no' } };
const SHARING = {
  keyPrefix: 'test',
  leaseMs: 7_000,
  requestTimeoutMs: 5_000,
  waitTimeoutMs: 10_000,
  refreshAt: 0.9,
  endpointUrl: 'https://api.contasimples.com/oauth/v1/access-token',
  onRecordRefused: () => {},
  onClocksDisagree: () => {},
  onTtlUnknown: () => {},
};
