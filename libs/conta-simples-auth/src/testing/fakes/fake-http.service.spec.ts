import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import axios, { AxiosError, type AxiosRequestConfig } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { firstValueFrom } from 'rxjs';
import { ContaSimplesHttpService, isContaSimplesAuthError } from '../../index.js';
import { FakeContaSimplesHttpService } from './fake-http.service.js';
import { FakeContaSimplesTokenService } from './fake-token.service.js';

function recording(answer: (request: Request) => Response = () => Response.json({ amount: 1 })) {
  const requests: Request[] = [];
  const fetch = (request: Request) => {
    requests.push(request);
    return answer(request);
  };
  return { requests, fetch };
}

describe('FakeContaSimplesHttpService', () => {
  it('is of the class of the real one and answers by the function that it was given', async () => {
    const { requests, fetch } = recording();
    const http: ContaSimplesHttpService = new FakeContaSimplesHttpService({ fetch });
    expect(http).toBeInstanceOf(ContaSimplesHttpService);
    const { data, status } = await firstValueFrom(http.get('/balance', { params: { page: 2 } }));
    expect([status, data]).toEqual([200, { amount: 1 }]);
    expect(requests[0]?.url).toBe('https://api.contasimples.test/balance?page=2');
    expect(requests[0]?.headers.get('Authorization')).toBe('Bearer fake-access-token.default.1');
  });

  it('sends methods, bodies and headers as axios does', async () => {
    const { requests, fetch } = recording(() => new Response(null, { status: 204 }));
    const http = new FakeContaSimplesHttpService({ fetch });
    await firstValueFrom(http.post('/cards', { name: 'x' }, { headers: { 'X-Id': '7' } }));
    const [request] = requests;
    expect([request?.method, request?.headers.get('X-Id'), await request?.json()]).toEqual([
      'POST',
      '7',
      { name: 'x' },
    ]);
  });

  it.each([
    { contaSimplesAuth: false },
    { headers: { Authorization: 'Bearer own' } },
    { auth: { username: 'a', password: 'b' } },
  ] satisfies AxiosRequestConfig[])('adds no token to a call with %j', async (config) => {
    const { requests, fetch } = recording();
    await firstValueFrom(new FakeContaSimplesHttpService({ fetch }).get('/x', config));
    expect(requests[0]?.headers.get('Authorization') ?? '').not.toContain('fake-access-token');
  });

  it('rejects with the AxiosError of axios for a status that is refused', async () => {
    const { fetch } = recording(() => Response.json({ message: 'no' }, { status: 404 }));
    const error = await firstValueFrom(new FakeContaSimplesHttpService({ fetch }).get('/x')).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AxiosError);
    expect(error).toMatchObject({ status: 404, response: { data: { message: 'no' } } });
    expect(JSON.stringify((error as AxiosError).config)).not.toContain('fake-access-token');
  });

  it('gives buffers and streams of Node', async () => {
    const http = new FakeContaSimplesHttpService({ fetch: () => new Response('bytes') });
    const { data } = await firstValueFrom(http.get('/x', { responseType: 'arraybuffer' }));
    expect(data).toEqual(Buffer.from('bytes'));
    const streamed = await firstValueFrom(http.get('/x', { responseType: 'stream' }));
    expect(await buffer(streamed.data)).toEqual(Buffer.from('bytes'));
  });

  it('fails from the next call on, and recovers', async () => {
    const http = new FakeContaSimplesHttpService({ fetch: recording().fetch });
    await firstValueFrom(http.get('/x'));
    http.failWith('rate_limited');
    const error = await firstValueFrom(http.get('/x')).catch((reason: unknown) => reason);
    expect(isContaSimplesAuthError(error, 'rate_limited')).toBe(true);
    http.recover();
    expect((await firstValueFrom(http.get('/x'))).status).toBe(200);
  });

  it('has the accounts of its tokens', async () => {
    const { requests, fetch } = recording();
    const tokens = new FakeContaSimplesTokenService({ accounts: ['matriz', 'filial'] });
    const http = new FakeContaSimplesHttpService({ fetch, tokens });
    const filial = http.forAccount('filial');
    expect(http.forAccount('matriz').forAccount('filial')).toBe(filial);
    await firstValueFrom(filial.get('/x'));
    expect(requests[0]?.headers.get('Authorization')).toBe('Bearer fake-access-token.filial.1');
    expect(() => http.forAccount('unknown')).toThrow(expect.objectContaining({ kind: 'unknown_account' }));
  });

  it('takes axios-mock-adapter', async () => {
    const http = new FakeContaSimplesHttpService();
    const mock = new MockAdapter(http.axiosRef as never);
    mock.onGet('/balance').reply(200, { amount: 3 });
    expect((await firstValueFrom(http.get('/balance'))).data).toEqual({ amount: 3 });
    await expect(firstValueFrom(http.get('/other'))).rejects.toMatchObject({ status: 404 });
  });

  it('says which request it has no answer to', async () => {
    const error = await firstValueFrom(new FakeContaSimplesHttpService().get('/x')).catch((reason: unknown) => reason);
    expect(axios.isAxiosError(error)).toBe(true);
    expect((error as Error).message).toMatch(/no answer to GET .*\/x: .*option `fetch`/);
  });
});
