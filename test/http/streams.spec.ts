import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { types } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootBusy, closeBusy, rejection, WAYS } from '@support/busy-api.js';
import { expectNoTrace } from '@support/leaks.js';
import axios, { type AxiosResponse } from 'axios';

afterEach(closeBusy);

/** Those that stream by Node's own streams. */
const NODE_WAYS = WAYS.filter((way) => way !== 'fetch');

describe.each(NODE_WAYS)('a streamed answer through %s', (way) => {
  it('releases its connection when it is destroyed unread', async () => {
    const { api, instance, token, url, finish } = await bootBusy(way);
    await finish();
    const response: AxiosResponse<Readable> = await instance.get(url('/break'), { responseType: 'stream' });
    response.data.on('error', () => {});
    response.data.destroy();
    expectNoTrace(response, token);
    await api.listening.allClosed();
  });

  it('tells its reader, without a token, that it broke off', async () => {
    const { instance, token, url, finish } = await bootBusy(way);
    const response: AxiosResponse<Readable> = await instance.get(url('/break'), { responseType: 'stream' });
    const error = await rejection(text(response.data));
    expect(types.isNativeError(error)).toBe(true);
    expectNoTrace(error, token);
    expectNoTrace(response.data, token);
    await finish();
  });

  it('tells its reader, without a token, that it is too large', async () => {
    const { instance, token, url, finish } = await bootBusy(way);
    const config = { responseType: 'stream' as const, maxContentLength: 1_000 };
    const response: AxiosResponse<Readable> = await instance.get(url('/large'), config);
    const error = await rejection(text(response.data));
    expect(axios.isAxiosError(error)).toBe(true);
    expectNoTrace(error, token);
    await finish();
  });

  it('tells its reader, without a token, that it was cancelled', async () => {
    const { instance, token, url, finish } = await bootBusy(way);
    const abort = new AbortController();
    const config = { responseType: 'stream' as const, signal: abort.signal };
    const response: AxiosResponse<Readable> = await instance.get(url('/large'), config);
    const error = rejection(text(response.data));
    abort.abort();
    expectNoTrace(await error, token);
    await finish();
  });
});

describe.each(NODE_WAYS)('a streamed body through %s', (way) => {
  it('does not show the token when printed', async () => {
    const { api, instance, token, url, finish } = await bootBusy(way);
    const body = Readable.from(['a', 'b', 'c']);
    const response = await instance.post(url('/x'), body);
    expect(api.requests.at(-1)?.body.toString()).toBe('abc');
    expectNoTrace(body, token);
    expectNoTrace(response, token);
    await finish();
  });

  it('does not show the token when printed while it is being sent, or when it is too large', async () => {
    const { instance, token, url, finish } = await bootBusy(way);
    const body = new Readable({ read() {} });
    body.push('x'.repeat(100));
    const error = rejection(instance.post(url('/x'), body, { maxBodyLength: 1_000 }));
    await new Promise((resolve) => setImmediate(resolve));
    expectNoTrace(body, token);
    body.push('x'.repeat(1_000));
    expectNoTrace(await error, token);
    expectNoTrace(body, token);
    await finish();
  });
});
