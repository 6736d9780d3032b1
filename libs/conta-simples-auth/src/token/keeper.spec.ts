import { describe, expect, it } from '@jest/globals';
import { down, HOUR, KeeperHarness, MINUTE, rejected, SECOND, watch } from '@support/keeper-harness.js';
import type { TurnTarget } from '../support/waiting-line.js';

describe('a keeper without a token', () => {
  it('makes one request for any number of callers, and gives all of them the same token', async () => {
    const { keeper, clock, requests } = new KeeperHarness();
    const calls = Promise.all(Array.from({ length: 10_000 }, () => keeper.get()));
    await clock.advance(SECOND);
    const values = new Set((await calls).map(({ value }) => value));
    expect(values).toEqual(new Set(['token-1']));
    expect(requests).toHaveLength(1);
    expect(clock.pending({ hold: true })).toBe(0);
  });

  it('counts the life from the moment the request left, not from the answer', async () => {
    const { keeper, clock, answer } = new KeeperHarness();
    const leftAt = clock.now();
    const call = keeper.get();
    await clock.advance(SECOND);
    const token = await call;
    expect(answer).toHaveProperty('afterMs', 100);
    expect(token.obtainedAt).toBe(leftAt);
    expect(token.expiresAt).toBe(leftAt + HOUR);
  });

  it('lets callers wait through one failure', async () => {
    const harness = new KeeperHarness();
    harness.script.push(down);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(2 * SECOND);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
  });

  it('fails its callers after the second failure in a row, with the reason and the time of the next try', async () => {
    const harness = new KeeperHarness();
    harness.answer = down;
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100 + 250 + 100);
    expect(harness.requests).toHaveLength(2);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'server_error', status: 503, attempts: 2 } });
    expect(call.error).toHaveProperty('retryAt', harness.clock.now() + 500);
  });

  it('fails calls at once while it cools, and makes no request for them', async () => {
    const harness = new KeeperHarness();
    harness.answer = rejected;
    await harness.warm();
    expect(harness.requests).toHaveLength(1);
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected', attempts: 1 });
    await harness.clock.advance(50 * SECOND);
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected', attempts: 1 });
    expect(harness.requests).toHaveLength(1);
    expect(harness.keeper.status()).toMatchObject({ state: 'cooling', lastFailure: { kind: 'credentials_rejected' } });
  });

  it('tries again by itself when a cool-down ends', async () => {
    const harness = new KeeperHarness();
    harness.script.push(rejected);
    await harness.warm();
    await harness.clock.advance(MINUTE);
    expect(harness.keeper.status()).toMatchObject({ state: 'valid', generation: 1 });
    expect(harness.types()).toEqual(['refresh_failed', 'cooling', 'acquired', 'recovered']);
  });

  it('rejects only the caller whose signal aborts', async () => {
    const { keeper, clock, requests } = new KeeperHarness();
    const abort = new AbortController();
    const impatient = watch(keeper.get({ signal: abort.signal }));
    const patient = watch(keeper.get());
    await clock.advance(50);
    abort.abort(new Error('changed my mind'));
    await clock.advance(SECOND);
    expect(impatient).toMatchObject({ state: 'rejected', error: { message: 'changed my mind' } });
    expect(patient).toMatchObject({ state: 'resolved', value: { value: 'token-1' } });
    expect(requests).toHaveLength(1);
  });

  it('starts no request for a caller whose signal was aborted before', async () => {
    const { keeper, requests } = new KeeperHarness();
    await expect(keeper.get({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
    expect(requests).toHaveLength(0);
  });

  it("ends a caller's wait at its own timeout, and lets the request go on", async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 3_000 };
    const call = watch(harness.keeper.get({ timeoutMs: 200 }));
    await harness.clock.advance(200);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'timeout', attempts: 0 } });
    await harness.clock.advance(3_000);
    expect(harness.keeper.current()?.token.value ?? (await harness.keeper.get()).value).toBe('token-1');
    expect(harness.requests).toHaveLength(1);
  });

  it('waits no longer than waitTimeoutMs, also if a caller wants more', async () => {
    const harness = new KeeperHarness({ settings: { waitTimeoutMs: 500 } });
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 3_000 };
    const call = watch(harness.keeper.get({ timeoutMs: 60_000 }));
    await harness.clock.advance(500);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'timeout' } });
  });
});

describe('credentials that were refused', () => {
  const cooling = async () => {
    const harness = new KeeperHarness();
    harness.script.push(rejected);
    await harness.warm();
    return harness;
  };

  it('are checked again when the account is used, at most every 5 s', async () => {
    const harness = await cooling();
    for (let call = 0; call < 20; call++) {
      await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'credentials_rejected' });
      await harness.clock.advance(SECOND);
    }
    expect(harness.credentialChecks).toBe(3);
    expect(harness.requests).toHaveLength(1);
  });

  it('are not checked again while the account is not used', async () => {
    const harness = await cooling();
    await harness.clock.advance(50 * SECOND);
    expect(harness.credentialChecks).toBe(0);
  });

  it('end their cool-down when they have been replaced, for the very call that noticed', async () => {
    const harness = await cooling();
    await harness.clock.advance(10 * SECOND);
    harness.newCredentials = true;
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(harness.keeper.status().state).toBe('valid');
  });

  it('end their cool-down for all calls during a quick check, by one check', async () => {
    const harness = await cooling();
    harness.credentialCheckMs = 40;
    harness.newCredentials = true;
    await harness.clock.advance(10 * SECOND);
    const calls = Array.from({ length: 5 }, () => watch(harness.keeper.get()));
    await harness.clock.advance(20);
    calls.push(watch(harness.keeper.get()));
    await harness.clock.advance(300);
    expect(calls.map(({ state }) => state)).toEqual(Array(6).fill('resolved'));
    expect([harness.credentialChecks, harness.requests.length]).toEqual([1, 2]);
  });

  it('end their cool-down in the background where the check is slow, and fail calls at once until then', async () => {
    const harness = await cooling();
    harness.credentialCheckMs = 3 * SECOND;
    harness.newCredentials = true;
    await harness.clock.advance(10 * SECOND);
    const first = watch(harness.keeper.get());
    await harness.clock.advance(50);
    expect(first).toMatchObject({ state: 'rejected', error: { kind: 'credentials_rejected', attempts: 1 } });
    for (let call = 0; call < 20; call++) {
      const next = watch(harness.keeper.get());
      await harness.clock.advance(0);
      expect(next).toMatchObject({ state: 'rejected', error: { kind: 'credentials_rejected', attempts: 1 } });
      await harness.clock.advance(100);
    }
    await harness.clock.advance(2 * SECOND);
    expect(harness.keeper.status().state).toBe('valid');
    expect([harness.credentialChecks, harness.requests.length]).toEqual([1, 2]);
  });

  it('fail calls at once while the check hangs, and are not checked twice at a time', async () => {
    const harness = await cooling();
    harness.credentialCheckMs = HOUR;
    await harness.clock.advance(10 * SECOND);
    watch(harness.keeper.get());
    for (let second = 0; second < 30; second++) {
      await harness.clock.advance(SECOND);
      const call = watch(harness.keeper.get());
      await harness.clock.advance(0);
      expect(call.state).toBe('rejected');
    }
    expect(harness.credentialChecks).toBe(1);
  });

  it('are checked while the held token is served, so that a rotation is found before it ends', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.script.push(rejected);
    while (harness.keeper.status().state !== 'degraded') await harness.clock.advance(SECOND);
    await harness.clock.advance(10 * SECOND);
    expect(harness.credentialChecks).toBe(0);
    harness.newCredentials = true;
    for (let call = 0; call < 3; call++) {
      expect((harness.keeper.current()?.token ?? (await harness.keeper.get())).value).toBe('token-1');
      await harness.clock.advance(10);
    }
    await harness.clock.advance(200);
    expect(harness.keeper.status()).toMatchObject({ state: 'valid', generation: 2 });
    expect([harness.credentialChecks, harness.requests.length]).toEqual([1, 3]);
  });

  it('are checked every 5 s while the held token is served to steady calls', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.script.push(rejected);
    while (harness.keeper.status().state !== 'degraded') await harness.clock.advance(SECOND);
    for (let call = 0; call < 180; call++) {
      if (harness.keeper.current() === undefined) await harness.keeper.get();
      await harness.clock.advance(100);
    }
    expect(harness.credentialChecks).toBe(3);
    expect(harness.requests).toHaveLength(2);
  });
});

describe('a keeper with a token', () => {
  it('hands it out without another request', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    for (let call = 0; call < 100; call++) await harness.keeper.get();
    expect(harness.keeper.current()?.token.value).toBe('token-1');
    expect(harness.requests).toHaveLength(1);
  });

  it.each([0, 0.5, 0.999_999])('renews it between 85 and 90 % of its life (random %d)', async (random) => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = random;
    await harness.warm();
    await harness.clock.advance(HOUR);
    const [first = 0, second = 0] = harness.requests;
    expect((second - first) / HOUR).toBeGreaterThanOrEqual(0.8499);
    expect((second - first) / HOUR).toBeLessThanOrEqual(0.9001);
    expect(harness.causes().slice(0, 2)).toEqual(['first', 'scheduled']);
  });

  it('never lets a call wait at the boundary: over ten lives every call is answered at once', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 20_000 }, afterMs: 1_000 };
    harness.keeper.warmUp();
    await harness.clock.advance(1_000);
    let waited = 0;
    for (let elapsed = 0; elapsed < 200_000; elapsed += 100) {
      const call = harness.keeper.current() ? { state: 'resolved' } : watch(harness.keeper.get());
      await harness.clock.advance(0);
      if (call.state !== 'resolved') waited++;
      await harness.clock.advance(100);
    }
    expect(waited).toBe(0);
    expect(harness.peakInFlight).toBe(1);
    expect(harness.requests.length).toBeGreaterThanOrEqual(10);
    expect(harness.requests.length).toBeLessThanOrEqual(13);
  });

  it('serves it on while the refresh fails, up to its limit and not beyond', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.answer = down;
    await harness.clock.advance(0.97 * HOUR);
    expect((await harness.keeper.get()).value).toBe('token-1');
    expect(harness.keeper.status().state).toBe('degraded');
    await harness.clock.advance(0.03 * HOUR);
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'server_error' });
    expect(harness.keeper.status().state).toBe('cooling');
    const changes = harness.types().filter((type) => type !== 'refresh_failed');
    expect(changes).toEqual(['acquired', 'degraded', 'cooling']);
  });

  it('recovers within one backoff step of the return of the endpoint', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0.999_999;
    await harness.warm();
    harness.answer = down;
    await harness.clock.advance(2 * HOUR);
    harness.answer = { token: { lifeMs: HOUR } };
    await harness.clock.advance(15_100 + 100);
    expect(harness.keeper.status().state).toBe('valid');
  });

  it('leaves a floor between two requests, even where backoff would allow less', async () => {
    const harness = new KeeperHarness();
    harness.clock.nextRandom = 0;
    harness.answer = { ...down, afterMs: 0 };
    harness.keeper.warmUp();
    await harness.clock.advance(MINUTE);
    const gaps = harness.requests.slice(1).map((at, index) => at - (harness.requests[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(10);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
  });

  it('obtains another after invalidate(), once, however many report the same token', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const { value } = await harness.keeper.get();
    const effects = Array.from({ length: 5 }, () => harness.keeper.invalidate(value));
    expect(effects).toEqual([true, false, false, false, false]);
    const calls = Promise.all([harness.keeper.get(), harness.keeper.get()]);
    await harness.clock.advance(10 * SECOND);
    expect((await calls).map((token) => token.value)).toEqual(['token-2', 'token-2']);
    expect(harness.causes()).toEqual(['first', 'rejected']);
    harness.keeper.invalidate(value);
    expect((await harness.keeper.get()).value).toBe('token-2');
    expect(harness.requests).toHaveLength(2);
  });

  it('obtains a new one on refresh(), joining a request under way', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.clock.advance(MINUTE);
    const calls = Promise.all([harness.keeper.refresh(), harness.keeper.refresh()]);
    expect((await harness.keeper.get()).value).toBe('token-1');
    await harness.clock.advance(SECOND);
    expect((await calls).map((token) => token.value)).toEqual(['token-2', 'token-2']);
    expect(harness.requests).toHaveLength(2);
    expect(harness.causes()).toEqual(['first', 'forced']);
  });

  it('holds refresh() back until the floor between two requests has passed', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const call = watch(harness.keeper.refresh());
    await harness.clock.advance(3 * SECOND);
    expect(call.state).toBe('pending');
    await harness.clock.advance(2 * SECOND);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect((harness.requests[1] ?? 0) - (harness.requests[0] ?? 0)).toBeGreaterThanOrEqual(5_000);
  });

  it('calls a renewal scheduled although a forced one was given up before', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const call = watch(harness.keeper.refresh({ timeoutMs: 100 }));
    await harness.clock.advance(HOUR);
    expect(call.state).toBe('rejected');
    expect(harness.causes()).toEqual(['first', 'scheduled']);
  });

  it('refuses a token whose life was over before it arrived', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 2_000 }, afterMs: 3_000 };
    const call = watch(harness.keeper.get());
    await harness.clock.advance(10 * SECOND);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'invalid_response' } });
  });
});

describe('a token that a resource refuses', () => {
  const accepted = async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const token = await harness.keeper.get();
    harness.keeper.noteAccepted(token);
    return { harness, token };
  };

  it('is replaced by one request, for any number of reports', async () => {
    const { harness, token } = await accepted();
    const early = Array.from({ length: 50 }, () => harness.keeper.replacementFor(token));
    await harness.clock.advance(200);
    const late = Array.from({ length: 50 }, () => harness.keeper.replacementFor(token));
    const values = (await Promise.all([...early, ...late])).map((replacement) => replacement?.value);
    expect(new Set(values)).toEqual(new Set(['token-2']));
    expect(harness.requests).toHaveLength(2);
  });

  it('is not replaced again when the replacement is refused before anything accepted it', async () => {
    const { harness, token } = await accepted();
    const first = harness.keeper.replacementFor(token);
    await harness.clock.advance(SECOND);
    const replacement = await first;
    if (replacement === undefined) throw new Error('there should have been a replacement');
    expect(await harness.keeper.replacementFor(replacement)).toBeUndefined();
    await harness.clock.advance(29 * SECOND);
    expect(await harness.keeper.replacementFor(replacement)).toBeUndefined();
    expect(harness.requests).toHaveLength(2);
  });

  it('is dropped without a token request if the call cannot be sent again', async () => {
    const { harness, token } = await accepted();
    harness.keeper.noteRejected(token);
    expect(harness.requests).toHaveLength(1);
    const next = watch(harness.keeper.get());
    await harness.clock.advance(SECOND);
    expect(next).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    const { value: second } = next;
    if (second === undefined) throw new Error('there should have been a second token');
    harness.keeper.noteRejected(second);
    await harness.clock.advance(MINUTE / 3);
    harness.keeper.noteRejected(second);
    expect((await harness.keeper.get()).value).toBe('token-2');
    expect(harness.requests).toHaveLength(2);
  });

  it('waits for the floor where no resource has ever accepted it', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const token = await harness.keeper.get();
    const replacement = watch(harness.keeper.replacementFor(token));
    await harness.clock.advance(3 * SECOND);
    expect(replacement.state).toBe('pending');
    await harness.clock.advance(3 * SECOND);
    expect(replacement).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
  });
});

describe('a replacement that is refused as well', () => {
  const refusedTwice = async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    const first = await harness.keeper.get();
    harness.keeper.noteAccepted(first);
    const replacement = harness.keeper.replacementFor(first);
    await harness.clock.advance(SECOND);
    const second = await replacement;
    if (second === undefined) throw new Error('there should have been a replacement');
    return { harness, first, second };
  };

  it('is replaced within the minimum interval where the API had accepted it in between', async () => {
    const { harness, second } = await refusedTwice();
    harness.keeper.noteAccepted(second);
    const third = watch(harness.keeper.replacementFor(second));
    await harness.clock.advance(3 * SECOND);
    expect(third.state).toBe('pending');
    await harness.clock.advance(2 * SECOND);
    expect(third).toMatchObject({ state: 'resolved', value: { value: 'token-3' } });
  });

  it('is not taken for accepted because the one before it was', async () => {
    const { harness, first, second } = await refusedTwice();
    harness.keeper.noteAccepted(first);
    expect(await harness.keeper.replacementFor(second)).toBeUndefined();
  });

  it('takes the route for the cause if one request was refused both, with any call that accepted the second', async () => {
    const { harness, second } = await refusedTwice();
    harness.keeper.noteAccepted(second);
    harness.keeper.noteRejected(second, true);
    expect((await harness.keeper.get()).value).toBe('token-2');
    expect(await harness.keeper.replacementFor(second)).toBeUndefined();
    expect(harness.requests).toHaveLength(2);
  });

  it('is dropped if it was obtained for another reason', async () => {
    const { harness, second } = await refusedTwice();
    harness.keeper.noteAccepted(second);
    const forced = harness.keeper.refresh();
    await harness.clock.advance(6 * SECOND);
    const third = await forced;
    await harness.clock.advance(5 * SECOND);
    harness.keeper.noteRejected(third, true);
    expect(harness.types().at(-1)).toBe('invalidated');
  });

  it('leaves those alone who were refused an older token: they get the one that is held', async () => {
    const { harness, first, second } = await refusedTwice();
    expect(await harness.keeper.replacementFor(second)).toBeUndefined();
    expect(await harness.keeper.replacementFor(first)).toBe(second);
    expect(harness.requests).toHaveLength(2);
  });

  it('takes the route for the cause for 30 s, with any token, and no longer', async () => {
    const { harness, second } = await refusedTwice();
    expect(await harness.keeper.replacementFor(second)).toBeUndefined();
    await harness.clock.advance(10 * SECOND);
    const forced = harness.keeper.refresh();
    await harness.clock.advance(100);
    const third = await forced;
    await harness.clock.advance(20 * SECOND - 101);
    expect(await harness.keeper.replacementFor(third)).toBeUndefined();
    await harness.clock.advance(1);
    const fourth = watch(harness.keeper.replacementFor(third));
    await harness.clock.advance(SECOND);
    expect(fourth).toMatchObject({ state: 'resolved', value: { value: 'token-4' } });
  });

  it('is an affair of the account again after a restart', async () => {
    const { harness, second } = await refusedTwice();
    expect(await harness.keeper.replacementFor(second)).toBeUndefined();
    harness.keeper.restart();
    await harness.clock.advance(SECOND);
    const fresh = await harness.keeper.get();
    harness.keeper.noteAccepted(fresh);
    const next = watch(harness.keeper.replacementFor(fresh));
    await harness.clock.advance(SECOND);
    expect(next).toMatchObject({ state: 'resolved', value: { value: 'token-4' } });
  });
});

describe('an account that is used only now and then', () => {
  it('is not renewed without a call since its last token', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    await harness.clock.advance(3 * HOUR);
    expect(harness.requests).toHaveLength(1);
    expect(harness.clock.pending()).toBe(0);
  });

  it('is renewed while it is used', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    await harness.keeper.get();
    harness.keeper.current();
    await harness.clock.advance(HOUR);
    expect(harness.requests).toHaveLength(2);
  });
});

describe('time that does not behave', () => {
  it('replaces the token at once after the wall clock is set forward beyond its life, and only once', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.clock.advance(MINUTE);
    harness.clock.stepWall(2 * HOUR);
    expect(harness.keeper.current()).toBeUndefined();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(SECOND);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    await harness.clock.advance(10 * MINUTE);
    expect(harness.requests).toHaveLength(2);
  });

  it('does not stretch a life when the wall clock is set back', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    await harness.keeper.get();
    harness.clock.stepWall(-HOUR);
    await harness.keeper.get();
    harness.answer = down;
    harness.clock.block(0.995 * HOUR);
    expect(harness.keeper.current()).toBeUndefined();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(10 * SECOND);
    expect(call.state).toBe('rejected');
  });

  it('makes one request after a blocked event loop, not one for each timer missed', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.clock.block(10 * HOUR);
    await harness.clock.advance(SECOND);
    expect(harness.requests).toHaveLength(2);
  });

  it('refreshes on demand where the timer never fires', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.clock.block(0.95 * HOUR);
    expect((await harness.keeper.get()).value).toBe('token-1');
    expect(harness.requests).toHaveLength(2);
  });

  it('keeps a token of 60 days without a timer that would fire at once', async () => {
    const harness = new KeeperHarness();
    const day = 24 * HOUR;
    harness.answer = { token: { lifeMs: 60 * day } };
    await harness.warm();
    await harness.clock.advance(50 * day);
    expect(harness.requests).toHaveLength(1);
    await harness.clock.advance(5 * day);
    expect(harness.requests).toHaveLength(2);
  });

  it('keeps a token of 5 seconds fresh', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: 5_000 } };
    await harness.warm();
    for (let second = 0; second < 60; second++) {
      expect((await harness.keeper.get()).expiresAt).toBeGreaterThan(harness.clock.now());
      await harness.clock.advance(SECOND);
    }
    expect(harness.requests.length).toBeGreaterThanOrEqual(13);
    expect(harness.requests.length).toBeLessThanOrEqual(16);
  });
});

describe('the end of an application', () => {
  it('serves the held token while HTTP drains, without any timer', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.drain();
    expect((await harness.keeper.get()).value).toBe('token-1');
    expect(harness.clock.pending()).toBe(0);
  });

  it('grants a drain without a token one attempt of at most a second', async () => {
    const harness = new KeeperHarness();
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    harness.keeper.drain();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(SECOND);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'timeout' } });
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'timeout' });
    await harness.clock.advance(MINUTE);
    expect(harness.requests).toHaveLength(1);
  });

  it('does not wait for the floor with its one attempt', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.invalidate((await harness.keeper.get()).value);
    harness.keeper.drain();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(harness.clock.pending()).toBe(1);
  });

  it('starts no renewal while HTTP drains', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.drain();
    harness.clock.block(0.95 * HOUR);
    expect((await harness.keeper.get()).value).toBe('token-1');
    expect(harness.requests).toHaveLength(1);
  });

  it('rejects all that waits or comes after close() with shut_down, and leaves no timer', async () => {
    const harness = new KeeperHarness();
    const waiting = watch(harness.keeper.get());
    await harness.clock.advance(50);
    harness.keeper.close();
    harness.keeper.close();
    await harness.clock.advance(0);
    expect(waiting).toMatchObject({ state: 'rejected', error: { kind: 'shut_down' } });
    await expect(harness.keeper.get()).rejects.toMatchObject({ kind: 'shut_down' });
    await expect(harness.keeper.refresh()).rejects.toMatchObject({ kind: 'shut_down' });
    expect(harness.keeper.status()).toEqual({ account: 'default', state: 'closed', generation: 0 });
    await harness.clock.advance(MINUTE);
    expect(harness.clock.pending()).toBe(0);
    expect(harness.requests).toHaveLength(1);
  });
});

describe('an early retry check that a caller waits for', () => {
  const cooling = async () => {
    const harness = new KeeperHarness();
    harness.script.push(rejected);
    await harness.warm();
    await harness.clock.advance(10 * SECOND);
    harness.credentialCheckMs = 40;
    return harness;
  };

  it('ends for a caller with its signal or its timeout', async () => {
    const harness = await cooling();
    const abort = new AbortController();
    const aborted = watch(harness.keeper.get({ signal: abort.signal }));
    const late = watch(harness.keeper.get({ timeoutMs: 20 }));
    await harness.clock.advance(10);
    abort.abort(new Error('changed my mind'));
    await harness.clock.advance(0);
    expect(aborted).toMatchObject({ state: 'rejected', error: { message: 'changed my mind' } });
    expect(late.state).toBe('pending');
    await harness.clock.advance(10);
    expect(late).toMatchObject({ state: 'rejected', error: { kind: 'credentials_rejected' } });
    expect(harness.requests).toHaveLength(1);
  });

  it('counts as part of the wait', async () => {
    const harness = await cooling();
    harness.newCredentials = true;
    harness.answer = { token: { lifeMs: HOUR }, afterMs: 5_000 };
    const call = watch(harness.keeper.get({ timeoutMs: 1_000 }));
    await harness.clock.advance(999);
    expect(call.state).toBe('pending');
    await harness.clock.advance(1);
    expect(call.state).toBe('rejected');
  });

  it('ends with the account, for the reason of that', async () => {
    const harness = await cooling();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(10);
    harness.keeper.close();
    await harness.clock.advance(0);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'shut_down' } });
    await harness.clock.advance(0);
    expect(harness.clock.pending({ hold: true })).toBe(0);
  });

  it('gives the caller the token of the new pair where the account gets other credentials', async () => {
    const harness = await cooling();
    const call = watch(harness.keeper.get());
    await harness.clock.advance(10);
    harness.keeper.restart();
    await harness.clock.advance(200);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
    expect(harness.requests).toHaveLength(2);
  });

  it('is forgotten with the old credentials: those that are rejected next have their own check', async () => {
    const harness = await cooling();
    harness.credentialCheckMs = HOUR;
    watch(harness.keeper.get());
    harness.script.push(rejected);
    harness.keeper.restart();
    await harness.clock.advance(6 * SECOND);
    harness.credentialCheckMs = 0;
    harness.newCredentials = true;
    const call = watch(harness.keeper.get());
    await harness.clock.advance(100);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-3' } });
    expect(harness.credentialChecks).toBe(2);
  });

  it('does not fail a caller for whom a token came meanwhile', async () => {
    const harness = await cooling();
    await harness.clock.advance(49_080);
    const call = watch(harness.keeper.get());
    harness.script.push({ token: { lifeMs: HOUR }, afterMs: 10 });
    await harness.clock.advance(60);
    expect(harness.requests).toHaveLength(2);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-2' } });
  });
});

describe('an invalidated token without further calls', () => {
  it('is replaced as soon as the floor allows where the account is kept fresh, and rightly called rejected', async () => {
    const harness = new KeeperHarness();
    await harness.warm();
    harness.keeper.invalidate((await harness.keeper.get()).value);
    await harness.clock.advance(5 * SECOND);
    expect(harness.requests).toHaveLength(2);
    expect(harness.causes()).toEqual(['first', 'rejected']);
  });

  it('is left alone where only use keeps it fresh', async () => {
    const harness = new KeeperHarness({ keepFresh: 'while_used' });
    await harness.warm();
    harness.keeper.invalidate((await harness.keeper.get()).value);
    await harness.clock.advance(MINUTE);
    expect(harness.requests).toHaveLength(1);
  });
});

it('stops trying for an account that only use keeps fresh if there was no call since the last try', async () => {
  const harness = new KeeperHarness({ keepFresh: 'while_used' });
  harness.answer = down;
  const call = watch(harness.keeper.get());
  await harness.clock.advance(10 * MINUTE);
  expect(call.state).toBe('rejected');
  expect(harness.requests).toHaveLength(2);
  expect(harness.clock.pending()).toBe(0);
  const again = watch(harness.keeper.get());
  await harness.clock.advance(10 * MINUTE);
  expect(again.state).toBe('rejected');
  expect(harness.requests).toHaveLength(3);
});

it('sends a request when its turn comes', async () => {
  const turns: TurnTarget[] = [];
  const harness = new KeeperHarness({ settings: { startTurn: (target) => turns.push(target) } });
  const call = watch(harness.keeper.get());
  await harness.clock.advance(SECOND);
  expect(harness.requests).toEqual([]);
  for (const target of turns) target.onTurn();
  await harness.clock.advance(SECOND);
  expect(call.state).toBe('resolved');
});
