import { createServer } from 'node:http';
import { listen } from '@support/listen.js';
import { answer, CANARY, json } from './bodies.js';
import { EMULATED_FACTS, emulated, type FaultSource } from './emulator-stage.js';
import { limited, type Promised, type Row, type Stage, terminal, transient } from './row.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HTML = { body: `<!DOCTYPE html><title>${CANARY}</title>`, contentType: 'text/html' };

function row(id: string, fault: string, how: FaultSource, promised: Promised, rest: Partial<Row> = {}): Row {
  return { id, fault, stage: emulated(how), promised, facts: EMULATED_FACTS, ...rest };
}

const oauthError = (error: string, status = 400) => ({ status, body: { error, error_description: CANARY } });

const plain = (id: string, status: number, promised: Promised, rest?: Partial<Row>) =>
  row(id, String(status), { status }, promised, rest);

/** Never earlier than asked for, and with jitter up: that of the endpoint, then that of the account. */
const SEVEN = [7 * SECOND, 9 * SECOND] as const;
const FIFTEEN = [15 * SECOND, 18.5 * SECOND] as const;
const CAP = [15 * MINUTE, 15.5 * MINUTE] as const;
const CAP_WARNING = ['Retry-After is longer than 15 minutes'];

/** `Retry-After` as a date seven seconds from now, by a server whose clock is an hour ahead. */
function dated(write: (date: Date) => string): FaultSource {
  return () => {
    const now = Math.floor(Date.now() / SECOND) * SECOND + 60 * MINUTE;
    const headers = { date: new Date(now).toUTCString(), 'retry-after': write(new Date(now + 7 * SECOND)) };
    return { status: 429, headers };
  };
}

const parts = (date: Date) => /^(\w+), (\d\d) (\w+) \d\d(\d\d) (\S+)/.exec(date.toUTCString()) ?? [];

function rfc850(date: Date): string {
  const [, , day, month, year, time] = parts(date);
  return `${date.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })}, ${day}-${month}-${year} ${time} GMT`;
}

function asctime(date: Date): string {
  const [, weekday, day, month, , time] = parts(date);
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${date.getUTCFullYear()}`;
}

/** A server on another port, to which the token endpoint redirects; it must never be asked. */
function redirected(status: number) {
  return async (lifeSeconds: number): Promise<Stage> => {
    let asked = 0;
    const target = await listen(createServer((_request, response) => response.end(String(++asked))));
    const location = `http://127.0.0.1:${target.port}/`;
    const stage = await emulated({ status, headers: { location } })(lifeSeconds);
    return {
      ...stage,
      facts: async () => ({ ...(await stage.facts?.()), 'requests at the target': asked }),
      close: async () => {
        await stage.close();
        await target.close();
      },
    };
  };
}

const rejected = terminal('credentials_rejected', { status: 400 });
const refused = terminal('request_rejected', { status: 400 });

export const STATUS_ROWS: readonly Row[] = [
  row('T01', '400 `invalid_client`', oauthError('invalid_client'), rejected),
  row('T01', '400 without a body', { status: 400, body: '' }, rejected),
  row('T01', "400 with the vendor's error body", { status: 400 }, rejected),
  plain('T02', 401, terminal('credentials_rejected', { status: 401 }), { note: 'sent once, in one encoding' }),
  row('T02', '401 `invalid_client`', oauthError('invalid_client', 401), {
    ...terminal('credentials_rejected', { status: 401 }),
  }),
  ...[400, 401].map((status) =>
    row(
      'T02',
      `${status} HTML, by something in front of the API`,
      { status, ...HTML },
      terminal('request_rejected', { status }),
      { logged: 'client certificate', note: 'the message has the address, and names gateway and client certificate' },
    ),
  ),
  ...['invalid_request', 'unsupported_grant_type', 'invalid_scope', 'unauthorized_client'].map((error) =>
    row('T03', `400 \`${error}\``, oauthError(error), refused),
  ),
  row('T04', '403 JSON', { status: 403 }, terminal('forbidden', { status: 403 })),
  row(
    'T04',
    '403 text without a mark of a CDN',
    { status: 403, body: CANARY, contentType: 'text/plain' },
    terminal('forbidden', { status: 403 }),
  ),
  ...['text/html; charset=UTF-8', 'text/plain'].map((contentType) =>
    row(
      'T05',
      contentType === 'text/plain' ? '403 HTML, not declared as such' : '403 HTML',
      { status: 403, ...HTML, contentType },
      terminal('edge_blocked', { status: 403, retryInMs: [5 * MINUTE, 5.5 * MINUTE] }),
      { logged: 'User-Agent' },
    ),
  ),
  row(
    'T05',
    '403 text of Cloudflare, `error code: 1010`',
    {
      status: 403,
      body: 'error code: 1010',
      contentType: 'text/plain; charset=UTF-8',
      headers: { server: 'cloudflare', 'cf-ray': '8f0c1d2e3f4a5b6c-GRU' },
    },
    terminal('edge_blocked', { status: 403, retryInMs: [5 * MINUTE, 5.5 * MINUTE] }),
    { logged: 'User-Agent' },
  ),
  ...[404, 405, 410].map((status) => plain('T06', status, terminal('request_rejected', { status }))),
  plain('T07', 408, transient('timeout', { status: 408 }), { note: 'each attempt on a new connection' }),
  plain('T07', 425, transient('server_error', { status: 425 }), { note: 'each attempt on a new connection' }),
  ...[413, 414, 415, 431].map((status) => plain('T08', status, terminal('request_rejected', { status }))),
  row('T09', '429, `Retry-After: 7`', { status: 429, headers: { 'retry-after': 7 } }, limited(429, ...SEVEN)),
  row('T09', '429 without `Retry-After`', { status: 429 }, limited(429, ...FIFTEEN), {
    note: 'counts as 15 s',
  }),
  row(
    'T09',
    '429, `Retry-After: soon`',
    { status: 429, headers: { 'retry-after': 'soon' } },
    {
      ...limited(429, ...FIFTEEN),
    },
  ),
  ...(
    [
      ['an IMF-fixdate', (date: Date) => date.toUTCString()],
      ['an RFC 850 date', rfc850],
      ['an asctime date', asctime],
    ] as const
  ).map(([form, write]) =>
    row('T10', `429, \`Retry-After\` as ${form}, clock an hour ahead`, dated(write), limited(429, ...SEVEN)),
  ),
  ...['86400', '1e14', '9'.repeat(400)].map((seconds) =>
    row(
      'T12',
      `429, \`Retry-After: ${seconds.length > 10 ? '999…' : seconds}\``,
      { status: 429, headers: { 'retry-after': seconds } },
      limited(429, ...CAP),
      { warnings: CAP_WARNING },
    ),
  ),
  ...[500, 502, 503, 504].map((status) => plain('T13', status, transient('server_error', { status }))),
  row('T13', '502 HTML', { status: 502, ...HTML }, transient('server_error', { status: 502 })),
  row('T14', '503, `Retry-After: 7`', { status: 503, headers: { 'retry-after': 7 } }, limited(503, ...SEVEN)),
  ...[501, 505, 511].map((status) => plain('T15', status, terminal('server_error', { status }))),
  ...[301, 302, 303, 307, 308].map((status): Row => {
    const promised = terminal('unexpected_redirect', { status });
    const facts = { ...EMULATED_FACTS, 'requests at the target': 0 };
    return { id: 'T16', fault: `${status} to another origin`, stage: redirected(status), promised, facts };
  }),
  row(
    'T16',
    '307 to another path of the same host',
    { status: 307, headers: { location: '/elsewhere' } },
    terminal('unexpected_redirect', { status: 307 }),
  ),
  row('T16', '302 without `Location`', { status: 302 }, terminal('unexpected_redirect', { status: 302 })),
  row(
    'T18',
    '200 with `{"error":"invalid_client"}`',
    oauthError('invalid_client', 200),
    terminal('credentials_rejected', { status: 200 }),
  ),
  row(
    'T18',
    '200 with `{"error":"invalid_scope"}`',
    oauthError('invalid_scope', 200),
    terminal('request_rejected', { status: 200 }),
  ),
  row('T19', '201 with a token', { status: 201, ...json(answer()) }, transient('invalid_response', { status: 201 }), {
    logged: 'status 201 instead of 200',
    note: 'RFC 6749 section 5.1',
  }),
];
