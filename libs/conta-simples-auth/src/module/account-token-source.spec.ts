import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { EndpointGate } from '../accounts/endpoint-gate.js';
import type { TokenFailureKind } from '../token/error-kind.js';
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
    warn: () => {},
  };
  const source = new AccountTokenSource(settings, 'default', undefined);
  await source.obtain(new AbortController().signal, DEMAND);
  asked = 0;
  return { source, pair, asked: () => asked };
}

describe('news for an account that cools down', () => {
  it.each(['credentials_rejected', 'forbidden'] as const)('after %s is another pair', async (kind) => {
    const { source, pair, asked } = await failed(kind);
    expect(await source.hasNews(undefined)).toBe(false);
    pair.apiSecret = 'another-secret';
    expect(await source.hasNews(undefined)).toBe(true);
    expect(asked()).toBe(2);
  });

  it.each(['request_rejected', 'server_error', 'edge_blocked', 'rate_limited'] as const)(
    'after %s is none, since another pair would not mend it: nobody is asked for one',
    async (kind) => {
      const { source, pair, asked } = await failed(kind);
      pair.apiSecret = 'another-secret';
      expect(await source.hasNews(undefined)).toBe(false);
      expect(asked()).toBe(0);
    },
  );
});
