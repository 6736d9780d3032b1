import type { Fault } from 'nestjs-conta-simples-auth/testing';
import { type Echo, type RawAnswer, rawAnswer } from './echo.js';

/** A row of the list of faults, and what the token endpoint does; its name says which. */
export type TokenFault = readonly [name: string, fault: (echo: Echo) => Fault];

const status = (name: string, code: number, answer?: (echo: Echo) => RawAnswer): TokenFault => [
  name,
  (echo) => ({ raw: rawAnswer(code, echo, answer?.(echo)) }),
];

const body = (name: string, make: (echo: Echo) => string, type?: string): TokenFault =>
  status(name, 200, (echo) => ({ body: make(echo), ...(type !== undefined && { type }) }));

/** A real token, but for one field. */
const field = (name: string, patch: (echo: Echo) => Record<string, unknown>): TokenFault => [
  name,
  (echo) => ({ patch: patch(echo), headers: { 'x-request-id': echo.id } }),
];

const error = (code: string) => (echo: Echo) => ({
  body: JSON.stringify({ error: code, message: echo.text, requestId: echo.id }),
});
const html = (echo: Echo) => ({ type: 'text/html', body: `<html><title>${echo.text}</title></html>` });

export const TOKEN_ENDPOINT_FAULTS: readonly TokenFault[] = [
  status('T01 invalid_client', 400, error('invalid_client')),
  status('T01 without a body', 400, () => ({ body: '' })),
  status('T02 401', 401),
  status('T03 invalid_request', 400, error('invalid_request')),
  status('T03 unsupported_grant_type', 400, error('unsupported_grant_type')),
  status('T03 invalid_scope', 400, error('invalid_scope')),
  status('T04 403 in JSON', 403),
  status('T05 403 in HTML', 403, html),
  ...[404, 405, 410].map((code) => status(`T06 ${code}`, code)),
  ...[408, 425].map((code) => status(`T07 ${code}`, code)),
  ...[413, 414, 415, 431].map((code) => status(`T08 ${code}`, code)),
  status('T09 429', 429, () => ({ headers: { 'retry-after': 7 } })),
  status('T10 429 with a date', 429, () => ({ headers: { 'retry-after': 'Sun, 06 Nov 2044 08:49:37 GMT' } })),
  status('T12 429 for ever', 429, () => ({ headers: { 'retry-after': '1e14' } })),
  status('T12 429 with nonsense', 429, ({ text }) => ({ headers: { 'retry-after': text } })),
  ...[500, 502, 504].map((code) => status(`T13 ${code}`, code)),
  status('T13 502 in HTML', 502, html),
  status('T14 503', 503, () => ({ headers: { 'retry-after': 7 } })),
  ...[501, 505, 511].map((code) => status(`T15 ${code}`, code)),
  ...[301, 307].map((code) =>
    status(`T16 ${code}`, code, ({ text }) => ({
      headers: { location: `http://127.0.0.1:1/?${encodeURIComponent(text)}` },
    })),
  ),
  body('T18 an error with 200', ({ text }) => JSON.stringify({ error: 'invalid_client', message: text })),
  body('B01 HTML', ({ text }) => `<html>${text}</html>`, 'text/html'),
  body('B02 nothing', () => ''),
  body('B03 no JSON', ({ text }) => text),
  body('B03 half of some JSON', ({ text }) => `{"access_token":${JSON.stringify(text)},"token_type":"Bea`),
  body('B04 null', () => 'null'),
  body('B04 a string', ({ text }) => JSON.stringify(text)),
  body('B04 an array', ({ text }) => JSON.stringify([text])),
  body('B05 too much', ({ text }) => text.repeat(1 + Math.ceil(70_000 / text.length))),
  status('B06 an encoding', 200, ({ text }) => ({ headers: { 'content-encoding': 'gzip' }, body: text })),
  status('B06 an unknown encoding', 200, ({ text }) => ({ headers: { 'content-encoding': text } })),
  body('B09 other keys', ({ text }) => JSON.stringify({ constructor: text, prototype: { access_token: text } })),
  body('B09 __proto__', ({ text }) => `{"__proto__":{"access_token":${JSON.stringify(text)}}}`),
  body('B09 deep', () => '['.repeat(10_000)),
  field('F01 no token', () => ({ access_token: undefined })),
  field('F01 a blank token', () => ({ access_token: '  ' })),
  field('F02 an object', ({ text }) => ({ access_token: { value: text } })),
  field('F02 an array', ({ text }) => ({ access_token: [text] })),
  field('F03 a line break', ({ text }) => ({ access_token: `${text}\r\nX-Injected: ${text}` })),
  field('F04 no ASCII', ({ text }) => ({ access_token: `${text.replaceAll(' ', '')}ü` })),
  field('F04 too long', ({ text }) => ({ access_token: text.replaceAll(' ', '').repeat(1_000).slice(0, 9_000) })),
  field('F06 no type', () => ({ token_type: undefined })),
  field('F07 a type with a space', () => ({ token_type: ' Bearer' })),
  field('F08 another type', ({ text }) => ({ token_type: text })),
  field('F08 DPoP', () => ({ token_type: 'DPoP' })),
  field('F10 no life', () => ({ expires_in: 0 })),
  field('F12 a life in words', ({ text }) => ({ expires_in: text })),
  field('F20 a scope', ({ text }) => ({ scope: text, refresh_token: text })),
  ['N03 closed before the headers', () => ({ raw: '' })],
  ['N03 reset before the headers', () => ({ reset: 'before-headers' })],
  ['N04 reset in the body', () => ({ reset: 'mid-body' })],
  ['N04 closed in the body', () => ({ closeMidBody: true })],
  ['N05 silence', () => ({ hang: true })],
  ['N06 drops', () => ({ drip: { chunkBytes: 1, intervalMs: 20, part: 'all', endless: true } })],
  ['N17 no HTTP', ({ text }) => ({ raw: `${text}\r\n\r\n` })],
  ['N17 a bad header', ({ text }) => ({ raw: `HTTP/1.1 200 OK\r\n${text}: \u0000${text}\r\n\r\n` })],
  ['N17 too many headers', ({ text }) => ({ raw: `HTTP/1.1 200 OK\r\nx-echo: ${text.repeat(200)}\r\n\r\n` })],
  [
    'N17 two lengths',
    ({ text }) => ({
      raw: `HTTP/1.1 200 ${text}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${text}`,
    }),
  ],
];
