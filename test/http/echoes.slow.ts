import { afterEach, describe, expect, it } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import { CanaryScanner, printedEverywhere } from '@support/canaries.js';
import { RecordingServer } from '@support/recording-server.js';
import type { AxiosError, AxiosRequestConfig } from 'axios';
import { bootClients, closeClients, GUARDED, PLAIN } from './clients.js';

afterEach(closeClients);

/** How a server may repeat what it was sent. */
const SPELLINGS: Record<string, (header: string) => string> = {
  plain: (header) => header,
  'URL-encoded': (header) => encodeURIComponent(header),
  'URL-encoded in lower case': (header) => encodeURIComponent(header).replace(/%../g, (code) => code.toLowerCase()),
  base64: (header) => Buffer.from(header).toString('base64'),
  base64url: (header) => Buffer.from(header).toString('base64url'),
  'escaped for JSON': (header) => JSON.stringify({ header }),
  'escaped twice': (header) => JSON.stringify(JSON.stringify({ header })),
  'escaped letter by letter': (header) =>
    `{"header":"${[...header].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"}`,
  'in a name': (header) => JSON.stringify({ [header]: true, list: [{ header }] }),
};

/** Answers with the status of its path, and repeats the header in the spelling of its path. */
async function start(adapter?: 'http' | 'fetch') {
  const api = await RecordingServer.start((response, { headers, target }) => {
    const [, status = '200', spelling = 'plain', ending = ''] = target.split('/').map(decodeURIComponent);
    const echo = SPELLINGS[spelling]?.(headers.authorization ?? '') ?? '';
    response.writeHead(Number(status), { 'content-type': 'application/json' }).end(echo + ending);
  });
  return { api, ...(await bootClients(api.origin, adapter)) };
}

const url = (origin: string, ...parts: (string | number)[]) => `${origin}/${parts.map(encodeURIComponent).join('/')}`;

const STRICT: AxiosRequestConfig = { responseType: 'json', transitional: { silentJSONParsing: false } };

describe('an answer that repeats the token and cannot be read', () => {
  it.each(Object.keys(SPELLINGS))('is an error without the token: %s', async (spelling) => {
    const { api, clients, token } = await start();
    for (const name of GUARDED) {
      const error = (await rejection(
        clients[name].get(url(api.origin, 200, spelling, '} no JSON'), STRICT),
      )) as AxiosError;
      new CanaryScanner({ token }).expectNone(printedEverywhere(error));
      expect(error.response?.data).toContain('no JSON');
      const plain = (await rejection(
        clients[PLAIN].get(url(api.origin, 200, spelling, '} no JSON'), STRICT),
      )) as AxiosError;
      const described = (shown: AxiosError) => [
        ...[shown.name, shown.code, shown.status, shown.config?.url],
        Object.prototype.toString.call((shown as Error).cause),
        Object.getPrototypeOf(shown),
      ];
      expect(described(error)).toEqual(described(plain));
      expect(error.stack).toContain('SyntaxError');
    }
  });

  const thrown: Record<string, (data: string) => unknown> = {
    'in its message': (data) => new Error(`Cannot read ${data}`),
    'in its cause': (data) => new Error('Cannot read it', { cause: new TypeError(data) }),
    'in a list of errors': (data) => new AggregateError([new Error(data), data], 'Cannot read it'),
    'in its properties': (data) =>
      Object.assign(new Error('Cannot read it'), { issues: [{ path: ['a'], received: data }] }),
    'in bytes': (data) => Object.assign(new Error('Cannot read it'), { body: Buffer.from(data) }),
    'in a frozen property': (data) =>
      Object.freeze(Object.assign(new Error('Cannot read it'), { issues: Object.freeze([data]) })),
    'as a string': (data) => data,
    'as an object': (data) => ({ data }),
  };

  it.each(Object.entries(thrown))(
    'is an error without the token, with a transform that throws it %s',
    async (_name, make) => {
      const { api, clients, token } = await start();
      const transformResponse = [(data: string) => data, (data: string) => raise(make(data))];
      for (const name of GUARDED) {
        for (const status of [200, 500]) {
          const config = { transformResponse };
          const error = await rejection(clients[name].get(url(api.origin, status, 'plain', ' and more'), config));
          new CanaryScanner({ token }).expectNone(printedEverywhere(error));
          expect(typeof error).toBe(typeof make(''));
          if (error instanceof Error) expect(error.constructor).toBe((make('') as Error).constructor);
        }
      }
    },
  );
});

describe('an error that repeats the token', () => {
  const types = ['json', 'text', 'arraybuffer', 'document'] as const;

  it.each(Object.keys(SPELLINGS).flatMap((spelling) => types.map((type) => [spelling, type] as const)))(
    'does not have it: %s, as %s',
    async (spelling, responseType) => {
      const { api, clients, token } = await start();
      for (const name of GUARDED) {
        const error = await rejection(clients[name].get(url(api.origin, 500, spelling), { responseType }));
        const { data } = (error as AxiosError).response ?? {};
        const isReadable = spelling !== 'escaped letter by letter' || responseType === 'json';
        if (isReadable) new CanaryScanner({ token }).expectNone(printedEverywhere(error));
        expect(data).toBeDefined();
      }
    },
  );

  it.each(['json', 'text', 'arraybuffer', 'blob', 'formdata'] as const)(
    'does not have it through the fetch adapter, as %s',
    async (responseType) => {
      const api = await RecordingServer.start((response, { headers }) => {
        if (responseType !== 'formdata')
          return response.writeHead(500).end(JSON.stringify({ got: headers.authorization }));
        const part = `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${headers.authorization}\r\n`;
        const file = `--b\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\n${headers.authorization}\r\n--b--\r\n`;
        return response.writeHead(500, { 'content-type': 'multipart/form-data; boundary=b' }).end(part + file);
      });
      const { clients, token } = await bootClients(api.origin, 'fetch');
      const error = await rejection(clients['an attached instance'].get(api.origin, { responseType }));
      const scanner = new CanaryScanner({ token });
      scanner.expectNone(printedEverywhere(error));
      const data: unknown = (error as AxiosError).response?.data;
      if (data instanceof Blob) scanner.expectNone([{ channel: 'Blob', text: await data.text() }]);
      if (data instanceof FormData) {
        expect([...data.keys()]).toEqual(['a', 'f']);
        scanner.expectNone([{ channel: 'file', text: await (data.get('f') as File).text() }]);
      }
    },
  );

  it('in its headers and status line does not have it, also as a stream', async () => {
    const api = await RecordingServer.start((response, { headers }) => {
      response.writeHead(500, String(headers.authorization), { 'x-got': headers.authorization }).end('{}');
    });
    const { clients, token } = await bootClients(api.origin);
    for (const name of GUARDED) {
      for (const responseType of ['json', 'stream'] as const) {
        const error = await rejection(clients[name].get(api.origin, { responseType }));
        new CanaryScanner({ token }).expectNone(printedEverywhere(error));
      }
    }
  });
});

describe('an answer that repeats the token', () => {
  it('is left unchanged, and so is the config', async () => {
    const { api, clients, token } = await start();
    for (const name of GUARDED) {
      const transformResponse = [(data: string) => data.length, (length: number) => ({ length })];
      const response = await clients[name].get(url(api.origin, 200, 'plain'), { transformResponse });
      expect(response.data).toEqual({ length: `Bearer ${token}`.length });
      const [first, second] = [response.config.transformResponse].flat();
      expect([first === transformResponse[0], second === transformResponse[1]]).toEqual([true, true]);
      const text = await clients[name].get(url(api.origin, 200, 'plain'), { responseType: 'text' });
      expect(text.data).toBe(`Bearer ${token}`);
    }
  });
});

function raise(error: unknown): never {
  throw error;
}
