import { describe, expect, it } from '@jest/globals';
import type { TokenFailureKind } from '../model/failure-kinds.js';
import { afterFailure, type FailureInput } from './failure-policy.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function input(
  kind: TokenFailureKind,
  rest: Partial<Omit<FailureInput, 'failure'>> & Partial<FailureInput['failure']> = {},
) {
  const { attempts = 1, lastLifetimeMs, random = 1, ...failure } = rest;
  return { failure: { kind, what: 'It failed', ...failure }, attempts, lastLifetimeMs, random };
}

const TRANSIENT = [
  'timeout',
  'network_error',
  'server_error',
  'invalid_response',
  'credentials_unavailable',
  'proxy_error',
] as const;

describe.each(TRANSIENT)('after a %s', (kind) => {
  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [5, 8_000],
    [6, 15_000],
    [60, 15_000],
  ])('the %d. in a row is followed by up to %d ms of backoff', (attempts, boundMs) => {
    expect(afterFailure(input(kind, { attempts })).waitMs).toBe(boundMs);
    expect(afterFailure(input(kind, { attempts, random: 0.5 })).waitMs).toBe(boundMs / 2);
    expect(afterFailure(input(kind, { attempts, random: 0 })).waitMs).toBe(0);
  });

  it('callers wait through the first, and fail from the second on', () => {
    expect(afterFailure(input(kind, { attempts: 1 })).callers).toBe('wait');
    expect(afterFailure(input(kind, { attempts: 2 })).callers).toBe('fail');
    expect(afterFailure(input(kind, { attempts: 3 })).callers).toBe('fail');
  });
});

it.each([
  [20_000, 1_000],
  [100_000, 1_000],
  [300_000, 3_000],
  [HOUR / 2, 15_000],
  [24 * HOUR, 15_000],
])('caps the backoff at a hundredth of a lifetime of %d ms, but not under a second: %d ms', (lastLifetimeMs, capMs) => {
  expect(afterFailure(input('server_error', { attempts: 20, lastLifetimeMs })).waitMs).toBe(capMs);
});

describe.each([
  ['credentials_rejected', 1],
  ['forbidden', 1],
  ['request_rejected', 1],
  ['unexpected_redirect', 1],
  ['edge_blocked', 5],
  ['tls_error', 0.5],
] as const)('after a %s', (kind, firstMinutes) => {
  it(`cools for ${firstMinutes} min, doubling to 15 min, and fails its callers`, () => {
    for (const attempts of [1, 2, 3, 4, 10]) {
      const minutes = Math.min(15, firstMinutes * 2 ** (attempts - 1));
      expect(afterFailure(input(kind, { attempts }))).toEqual({ waitMs: minutes * MINUTE, callers: 'fail' });
    }
  });

  it('is not shortened by jitter', () => {
    expect(afterFailure(input(kind, { random: 0 })).waitMs).toBe(firstMinutes * MINUTE);
  });
});

describe('where the server says when', () => {
  it('waits as long, and at random up to a tenth more: at least up to a second, at most up to 30 s', () => {
    expect(afterFailure(input('rate_limited', { retryAfterMs: 7_000, random: 0 })).waitMs).toBe(7_000);
    expect(afterFailure(input('rate_limited', { retryAfterMs: 7_000 })).waitMs).toBe(8_000);
    expect(afterFailure(input('rate_limited', { retryAfterMs: 60_000 })).waitMs).toBe(66_000);
    expect(afterFailure(input('rate_limited', { retryAfterMs: 7_000 })).callers).toBe('fail');
  });

  it('takes 429 without a usable header for 15 s', () => {
    expect(afterFailure(input('rate_limited', { random: 0 })).waitMs).toBe(15_000);
  });

  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [5, 15_000],
    [50, 15_000],
  ])('waits longer and longer where it says "at once": after the %d. time %d ms', (attempts, waitMs) => {
    expect(afterFailure(input('rate_limited', { retryAfterMs: 0, attempts, random: 0 })).waitMs).toBe(waitMs);
    expect(afterFailure(input('rate_limited', { retryAfterMs: 20_000, attempts, random: 0 })).waitMs).toBe(20_000);
  });

  it('obeys it for every kind, up to 15 min', () => {
    expect(afterFailure(input('server_error', { retryAfterMs: 20_000, random: 0 })).waitMs).toBe(20_000);
    expect(afterFailure(input('rate_limited', { retryAfterMs: 1e14, random: 0 })).waitMs).toBe(15 * MINUTE);
    expect(afterFailure(input('rate_limited', { retryAfterMs: 1e14, random: 1 })).waitMs).toBe(15.5 * MINUTE);
  });
});

it('treats a failure marked slow as one that will not go away by itself', () => {
  expect(afterFailure(input('server_error', { lasting: true, random: 0 }))).toEqual({
    waitMs: MINUTE,
    callers: 'fail',
  });
});

describe('a failure that another process met', () => {
  it('replaces the wait of its kind by what is left of it, and decides as before who waits', () => {
    const learned = { kind: 'edge_blocked', what: 'x', coolsForMs: 1_700 } as const;
    const given = { failure: learned, attempts: 1, lastLifetimeMs: undefined, random: 0 };
    expect(afterFailure(given)).toEqual({ waitMs: 1_700, callers: 'fail' });
    expect(afterFailure({ ...given, random: 0.5 })).toEqual({ waitMs: 2_200, callers: 'fail' });
    expect(afterFailure({ ...given, failure: { ...learned, kind: 'server_error' } }).callers).toBe('wait');
  });
});
