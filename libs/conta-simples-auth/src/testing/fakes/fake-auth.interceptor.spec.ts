import { describe, expect, it } from '@jest/globals';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { ContaSimplesAuthInterceptor } from '../../index.js';
import { FakeContaSimplesAuthInterceptor } from './fake-auth.interceptor.js';
import { FakeContaSimplesTokenService } from './fake-token.service.js';

const echo = async (config: InternalAxiosRequestConfig) => ({
  status: 200,
  statusText: '',
  headers: {},
  data: config.headers.get('Authorization') ?? null,
  config,
});

const dataOf = async (instance: { get(url: string): Promise<{ data: unknown }> }) => (await instance.get('/x')).data;

describe('FakeContaSimplesAuthInterceptor', () => {
  it('is of the class of the real one, attaches once and detaches', async () => {
    const interceptor = new FakeContaSimplesAuthInterceptor();
    expect(interceptor).toBeInstanceOf(ContaSimplesAuthInterceptor);
    const instance = axios.create({ adapter: echo });
    const detach = interceptor.attach(instance);
    expect(interceptor.attach(instance)).toBe(detach);
    expect(await dataOf(instance)).toBe('Bearer fake-access-token.default.1');
    expect(interceptor.isAttached(instance)).toBe(true);
    detach();
    expect(await dataOf(instance)).toBeNull();
    interceptor.attach(instance);
    detach();
    expect(await dataOf(instance)).toBe('Bearer fake-access-token.default.1');
  });

  it('has accounts and failures', async () => {
    const tokens = new FakeContaSimplesTokenService({ accounts: ['matriz', 'filial'] });
    const interceptor = new FakeContaSimplesAuthInterceptor({ tokens });
    const instance = axios.create({ adapter: echo });
    interceptor.attach(instance, { account: 'filial' });
    expect(await dataOf(instance)).toBe('Bearer fake-access-token.filial.1');
    tokens.failWith('forbidden', 'filial');
    await expect(instance.get('/x')).rejects.toMatchObject({ kind: 'forbidden' });
    expect(() => interceptor.attach(axios.create(), { account: 'unknown' })).toThrow(/no such account/);
  });

  it('refuses what the real one refuses', () => {
    expect(() => new FakeContaSimplesAuthInterceptor().attach(axios)).toThrow('is the default axios');
  });

  it.each(['before', 'after'])('stands beside axios-mock-adapter that is put on %s', async (order) => {
    const interceptor = new FakeContaSimplesAuthInterceptor();
    const instance = axios.create({ baseURL: 'https://api.example' });
    if (order === 'after') interceptor.attach(instance);
    const mock = new MockAdapter(instance as never);
    mock.onGet('/x').reply((config) => [200, config.headers?.Authorization]);
    if (order === 'before') interceptor.attach(instance);
    expect(await dataOf(instance)).toBe('Bearer fake-access-token.default.1');
  });
});
