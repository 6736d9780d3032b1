import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { stopwatch } from '@support/stopwatch.js';
import axios, { type AxiosRequestConfig, type CancelToken } from 'axios';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { firstValueFrom, timeout } from 'rxjs';

afterEach(closeAll);

const BALANCE = '/accounts/v1/balance';

/** No token yet, and the request for one takes its time. */
async function bootSlow(delayMs = 150) {
  const booted = await boot({ options: { bootstrap: 'lazy' } });
  booted.emulator.fail('token', { delayMs });
  return booted;
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('It was not rejected'),
    (reason: unknown) => reason,
  );
}

function listenersOf(cancelToken: CancelToken): unknown[] {
  return (cancelToken as unknown as { _listeners?: unknown[] | null })._listeners ?? [];
}

describe('a caller who waits for a token', () => {
  it.each(['signal', 'cancelToken'] as const)(
    'can leave by its %s, and the shared request goes on for the others',
    async (way) => {
      const { http, emulator } = await bootSlow();
      const abort = new AbortController();
      const source = axios.CancelToken.source();
      const config: AxiosRequestConfig = way === 'signal' ? { signal: abort.signal } : { cancelToken: source.token };
      const leaving = rejection(http.axiosRef.get(BALANCE, config));
      const staying = http.axiosRef.get(BALANCE);
      await emulator.waitForRequest('token');
      if (way === 'signal') abort.abort();
      else source.cancel('enough');
      const error = await leaving;
      expect(axios.isCancel(error)).toBe(true);
      expect(emulator.counts.token.inFlight).toBe(1);
      expect((await staying).status).toBe(200);
      expect(emulator.counts.token.total).toBe(1);
      expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
      expect([...getEventListeners(abort.signal, 'abort'), ...listenersOf(source.token)]).toEqual([]);
    },
  );

  it('gets an error when its timeout ends, and the shared request goes on for the others', async () => {
    const { http, emulator } = await bootSlow();
    const leaving = rejection(http.axiosRef.get(BALANCE, { timeout: 40 }));
    const staying = http.axiosRef.get(BALANCE, { timeout: 2_000 });
    await emulator.waitForRequest('token');
    expect(isContaSimplesAuthError(await leaving, 'timeout')).toBe(true);
    expect(emulator.counts.token.inFlight).toBe(1);
    expect((await staying).status).toBe(200);
    expect(emulator.counts.token.total).toBe(1);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
  });

  it('has what is left of its timeout for the answer, and the error names the whole', async () => {
    const { http, emulator } = await bootSlow(400);
    emulator.fail('resource', { hang: true });
    const startedAt = performance.now();
    const ownMs = stopwatch();
    const sent = rejection(http.axiosRef.get(BALANCE, { timeout: 1_000 }));
    await emulator.waitForRequest('resource');
    const tokenMs = performance.now() - startedAt;
    const error = await sent;
    expect(axios.isAxiosError(error) && error.message).toBe('timeout of 1000ms exceeded');
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    // With the whole timeout for the answer, both would have passed one after the other.
    expect(ownMs()).toBeLessThan(tokenMs + 950);
    expect(emulator.counts.resource.total).toBe(1);
  });

  it('can leave a token endpoint that never answers', async () => {
    const { http, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    emulator.fail('token', { hang: true });
    const late = await rejection(firstValueFrom(http.get(BALANCE).pipe(timeout(50))));
    expect(late).toMatchObject({ name: 'TimeoutError' });
    const aborted = await rejection(http.axiosRef.get(BALANCE, { signal: AbortSignal.timeout(50) }));
    expect(axios.isCancel(aborted)).toBe(true);
    await emulator.waitForRequest('token');
    expect(emulator.counts.token.total).toBe(1);
    expect(emulator.counts.resource.total).toBe(0);
  });

  it.each(['signal', 'cancelToken'] as const)(
    'sends nothing where its %s ends the call in the turn in which the token comes',
    async (way) => {
      const { http, tokens, emulator } = await bootSlow(50);
      const abort = new AbortController();
      const source = axios.CancelToken.source();
      const config: AxiosRequestConfig = way === 'signal' ? { signal: abort.signal } : { cancelToken: source.token };
      const leave = () => (way === 'signal' ? abort.abort() : source.cancel());
      const before = tokens.getToken().then(leave);
      const error = await rejection(http.axiosRef.get(BALANCE, config));
      await before;
      expect(axios.isCancel(error)).toBe(true);
      await http.axiosRef.get('/statements/v1/credit-card', { validateStatus: () => true });
      expect(emulator.counts.resource.byPath).toEqual({ '/statements/v1/credit-card': 1 });
    },
  );

  it('sends nothing where it had left before', async () => {
    const { http, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    const error = await rejection(http.axiosRef.get(BALANCE, { signal: AbortSignal.abort() }));
    expect(axios.isCancel(error)).toBe(true);
    expect(emulator.counts.token.total).toBe(0);
  });
});

describe('a signal that serves many calls', () => {
  it('is left without listeners, in every outcome', async () => {
    const { http, emulator } = await bootSlow(20);
    const { signal } = new AbortController();
    const source = axios.CancelToken.source();
    const config = { signal, cancelToken: source.token };
    await http.axiosRef.get(BALANCE, config);
    emulator.revokeTokens();
    await http.axiosRef.get(BALANCE, config);
    await rejection(http.axiosRef.get('/nowhere', config));
    await rejection(http.axiosRef.get('https://elsewhere.example/', config));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(listenersOf(source.token)).toEqual([]);
  });

  it('gets one listener for all that wait: Node takes more than ten for a leak', async () => {
    const { http, tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    emulator.fail('token', { hang: true });
    const abort = new AbortController();
    const config = { signal: abort.signal };
    const ways = [
      () => http.axiosRef.get(BALANCE, config),
      () => tokens.fetch(BALANCE, config),
      () => tokens.getToken(undefined, config),
    ];
    const leaving = Array.from({ length: 5 }, () => ways.map((call) => rejection(call()))).flat();
    await emulator.waitForRequest('token');
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    abort.abort();
    for (const error of await Promise.all(leaving)) expect(String(error)).toMatch(/Cancel|Abort/);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('ends a call that waits for a replacement after a 401', async () => {
    const { http, emulator } = await boot();
    await http.axiosRef.get(BALANCE);
    emulator.revokeTokens();
    emulator.fail('token', { hang: true });
    const abort = new AbortController();
    const leaving = rejection(http.axiosRef.get(BALANCE, { signal: abort.signal }));
    await emulator.waitForRequest('token', 2);
    abort.abort();
    expect(axios.isCancel(await leaving)).toBe(true);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it.each([
    ['abc', 'ERR_BAD_OPTION_VALUE'],
    ['40ms', 'ECONNABORTED'],
  ])('is read as axios reads it: %s', async (given, code) => {
    const { http, tokens, emulator } = await boot();
    // The wait for a token counts as well, and is given up with another error.
    await tokens.getToken();
    emulator.fail('resource', { delayMs: 400 });
    const error = await rejection(http.axiosRef.get(BALANCE, { timeout: given as unknown as number }));
    expect(error).toMatchObject({ code });
  });
});
