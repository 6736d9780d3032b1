import { describe, expect, it } from '@jest/globals';
import { FAILURE_KINDS } from '../model/failure-kinds.js';
import { failureError, failureStateAfter, lateError, retryAt, shutDownError, withoutWait } from './failure-state.js';
import type { TokenFailure } from './token-source.js';

const DOWN: TokenFailure = { kind: 'server_error', what: 'The token endpoint answered 503', status: 503 };
const REJECTED: TokenFailure = { kind: 'credentials_rejected', what: 'The token endpoint answered 401' };
const NOW = { wall: 1_000_000, monotonic: 5_000 };
const SUBJECT = { account: 'matriz', settings: { environment: 'sandbox' } };

const after = (failure: TokenFailure, given: Partial<Parameters<typeof failureStateAfter>[0]> = {}) =>
  failureStateAfter({
    failure,
    previous: undefined,
    now: NOW,
    startedAt: 4_900,
    lastLifetimeMs: undefined,
    random: 0,
    ...given,
  });

describe('the failure state after a failure', () => {
  it('counts failures in a row', () => {
    const first = after(DOWN);
    expect(first.attempts).toBe(1);
    expect(after(DOWN, { previous: first }).attempts).toBe(2);
  });

  it('lasts as long as the policy says', () => {
    expect(after(REJECTED).untilMonotonic).toBe(5_000 + 60_000);
    expect(after(DOWN, { random: 1 }).untilMonotonic).toBe(5_000 + 500);
  });

  it('lasts no longer for failures of other kinds before it', () => {
    let failureState = after(DOWN);
    for (let failure = 0; failure < 6; failure++) failureState = after(DOWN, { previous: failureState });
    failureState = after(REJECTED, { previous: failureState });
    expect([failureState.attempts, failureState.untilMonotonic]).toEqual([8, 5_000 + 60_000]);
    failureState = after(REJECTED, { previous: after(DOWN, { previous: failureState }) });
    expect(failureState.untilMonotonic).toBe(5_000 + 120_000);
  });

  it('lasts at least until the minimum interval, counted from the start of the failed request', () => {
    expect(after(DOWN).untilMonotonic).toBe(4_900 + 250);
    expect(after(DOWN, { lastLifetimeMs: 20_000 }).untilMonotonic).toBe(4_900 + 2_000);
  });

  it('is over at once where the policy asks for no wait and the minimum interval has passed', () => {
    expect(after(DOWN, { startedAt: 0 }).untilMonotonic).toBe(5_000);
  });

  it('lasts as long as the whole fleet leaves the token endpoint alone', () => {
    expect(after({ ...DOWN, notBeforeMs: 3_000 }).untilMonotonic).toBe(5_000 + 3_000);
    expect(after({ ...REJECTED, notBeforeMs: 3_000 }).untilMonotonic).toBe(5_000 + 60_000);
  });

  it('fails callers where the policy says so', () => {
    expect(after(DOWN).failsCallers).toBe(false);
    expect(after(REJECTED).failsCallers).toBe(true);
  });

  it('is over at once without its wait, with any start of the monotonic clock', () => {
    expect(withoutWait(after(REJECTED))).toEqual({ ...after(REJECTED), untilMonotonic: Number.NEGATIVE_INFINITY });
  });
});

describe('the time of the next attempt', () => {
  it.each([
    [{ wall: 1_000_000, monotonic: 5_000 }, 1_060_000],
    [{ wall: 1_030_000, monotonic: 35_000 }, 1_060_000],
    [{ wall: 9_030_000, monotonic: 35_000 }, 9_060_000],
    [{ wall: 1_060_000, monotonic: 65_000 }, 1_060_000],
    [{ wall: 1_070_000, monotonic: 75_000 }, 1_070_000],
    [{ wall: 1_000_000, monotonic: 5_000.4 }, 1_060_000],
    [{ wall: 1_000_000, monotonic: 5_000.6 }, 1_059_999],
  ])('is reported by the wall clock of that moment, in whole milliseconds: at %p', (now, expected) => {
    expect(retryAt(after(REJECTED), now)).toBe(expected);
  });
});

describe('the error that comes of it', () => {
  it('says everything that is known', () => {
    const error = failureError(after({ ...DOWN, requestId: 'req_1' }), NOW, SUBJECT);
    expect({ ...error }).toMatchObject({
      account: 'matriz',
      environment: 'sandbox',
      kind: 'server_error',
      attempts: 1,
      status: 503,
      requestId: 'req_1',
      retryAt: 1_000_150,
    });
    expect(error.message).toContain('The token endpoint answered 503');
  });

  it('has no field for what is not known', () => {
    const error = failureError(after(REJECTED), NOW, SUBJECT);
    expect(Object.keys(error).sort()).toEqual(['account', 'attempts', 'environment', 'kind', 'name', 'retryAt']);
  });

  it('of a wait that was too long says how long it was', () => {
    const where = '(account "matriz", environment sandbox)';
    expect(lateError(200, NOW, { ...SUBJECT, failureState: undefined }).message).toBe(
      `No token arrived within 200 ms ${where}. ${FAILURE_KINDS.timeout.remedy}`,
    );
  });

  it('after shutdown says so', () => {
    const where = '(account "matriz", environment sandbox)';
    expect(shutDownError(SUBJECT).message).toBe(
      `No token is handed out after shutdown ${where}. ${FAILURE_KINDS.shut_down.remedy}`,
    );
  });
});
