import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { type RawAnswer, type ReceivedBody, readAnswer } from './token-answer.js';

const TOKEN = '{"access_token":"canary-token-0123456789","token_type":"Bearer","expires_in":1800}';
const SENT_AT = { wall: 1_000, monotonic: 50 };

const bodyOf = (text: string): ReceivedBody => ({ ok: true, text, bytes: Buffer.byteLength(text) });

function read({
  body = TOKEN,
  headers = {},
  ...given
}: Partial<Omit<RawAnswer, 'body'>> & { body?: string | ReceivedBody }) {
  const warnings: string[] = [];
  const answer = {
    status: 200,
    sentAt: SENT_AT,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? bodyOf(body) : body,
    ...given,
  };
  const outcome = readAnswer(answer, {
    clock: new FakeClock(),
    address: { host: 'api.example:443', url: 'https://api.example/token' },
    allowMissingTokenType: false,
    warn: (what) => warnings.push(what),
    isSecret: (text) => text.includes('canary'),
  });
  return { outcome, warnings };
}

describe('an answer with a token', () => {
  it('is a grant, counted from the moment the request left', () => {
    expect(read({})).toEqual({
      outcome: { ok: true, grant: { value: 'canary-token-0123456789', lifetimeMs: 1_800_000, sentAt: SENT_AT } },
      warnings: [],
    });
  });

  it.each([201, 202, 204, 206, 301, 400, 500])('is none with status %i', (status) => {
    expect(read({ status }).outcome.ok).toBe(false);
  });

  it.each(['gzip', 'br', 'deflate', 'x-unknown', 'gzip, gzip', ''])('is none with Content-Encoding %p', (encoding) => {
    expect(read({ headers: { 'content-encoding': encoding } }).outcome).toMatchObject({
      failure: { kind: 'invalid_response', what: expect.stringContaining('compressed') },
    });
  });

  it('may say that it is not encoded', () => {
    expect(read({ headers: { 'content-encoding': 'Identity' } }).outcome.ok).toBe(true);
  });

  it('has the lifetime in its token, from the Date of the answer on', () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const exp = Date.UTC(1994, 10, 6, 8, 49, 37) / 1_000 + 60;
    const body = TOKEN.replace('canary-token-0123456789', `${encode({ alg: 'RS256' })}.${encode({ exp })}.c2ln`);
    const headers = { date: 'Sun, 06 Nov 1994 08:49:37 GMT' };
    expect(read({ body, headers }).outcome).toMatchObject({ ok: true, grant: { lifetimeMs: 60_000 } });
  });

  it('is one with any headers that it repeats', () => {
    const headers = { 'content-encoding': ['gzip'], 'content-type': ['application/json'], date: ['today'] };
    expect(read({ headers }).outcome.ok).toBe(true);
  });

  it('passes its warnings on', () => {
    expect(read({ headers: { 'content-type': 'text/html' } }).warnings).toEqual([
      expect.stringContaining('Content-Type'),
    ]);
  });
});

describe('an answer without a token', () => {
  it.each([
    ['longer than 64 KiB', { ok: false, reason: 'too_large' }, 'invalid_response'],
    ['not UTF-8', { ok: false, reason: 'not_utf8' }, 'invalid_response'],
    ['broken off', { ok: false, reason: 'broken_off' }, 'network_error'],
    ['HTML', bodyOf('<html>'), 'invalid_response'],
    ['empty', bodyOf(''), 'invalid_response'],
    ['an error in disguise', bodyOf('{"error":"invalid_client"}'), 'credentials_rejected'],
  ] as const)('has its kind: %s', (_what, body, kind) => {
    expect(read({ body }).outcome).toMatchObject({ ok: false, failure: { kind, status: 200 } });
  });

  it.each([
    ['too_large', 'The answer is longer than 64 KiB'],
    ['not_utf8', 'The answer is not UTF-8'],
    ['broken_off', 'The answer of the token endpoint at api.example:443 broke off'],
  ] as const)('says why its body was not read: %s', (reason, what) => {
    expect(read({ body: { ok: false, reason } }).outcome).toMatchObject({ failure: { what } });
  });

  it.each([
    ['application/json', 'The answer is not a JSON object (6 bytes of a declared type)'],
    [undefined, 'The answer is not a JSON object (6 bytes of no declared type)'],
  ])('says how long its body is, and whether it has a type: %p', (type, what) => {
    expect(read({ body: '<html>', headers: { 'content-type': type } }).outcome).toMatchObject({ failure: { what } });
  });

  it.each([
    ['too long', { ok: false, reason: 'too_large' }],
    ['no token', bodyOf('{}')],
  ] as const)('carries the request id of a 200 that is %s, and no field for one that is not there', (_what, body) => {
    const withId = read({ body, headers: { 'x-request-id': 'req_1' } }).outcome;
    expect(withId).toMatchObject({ failure: { requestId: 'req_1' } });
    expect(read({ body }).outcome).not.toHaveProperty('failure.requestId');
  });

  it.each([
    ['text/html; charset=utf-8', 'Access denied', 'edge_blocked'],
    ['TEXT/HTML', 'Access denied', 'edge_blocked'],
    ['text/plain', '  <!DOCTYPE HTML>', 'edge_blocked'],
    ['application/json', '\n<html lang="en">', 'edge_blocked'],
    ['application/json', '{"message":"<html>"}', 'forbidden'],
    ['text/plain', 'no', 'forbidden'],
  ])('403 of %s saying %p is %s', (type, body, kind) => {
    expect(read({ status: 403, headers: { 'content-type': type }, body }).outcome).toMatchObject({ failure: { kind } });
  });

  const PAGE = '<html>\r\n<head><title>400 No required SSL certificate was sent</title></head></html>';
  it.each([
    ['text/html', PAGE, 'request_rejected'],
    ['TEXT/HTML; charset=iso-8859-1', '<h1>401 Authorization Required</h1>', 'request_rejected'],
    ['application/xhtml+xml', '<?xml version="1.0"?><html/>', 'request_rejected'],
    ['text/plain', `\n${PAGE}`, 'request_rejected'],
    ['application/json', '\ufeff<!DOCTYPE html>', 'request_rejected'],
    [undefined, PAGE, 'request_rejected'],
    ['application/xml', '<Error><Code>AccessDenied</Code></Error>', 'request_rejected'],
    ['text/xml', '<?xml version="1.0"?><fault/>', 'request_rejected'],
    ['text/html', { ok: false, reason: 'broken_off' }, 'request_rejected'],
    ['text/html', { ok: false, reason: 'too_large' }, 'request_rejected'],
    ['text/html', '', 'credentials_rejected'],
    ['text/html', ' \r\n', 'credentials_rejected'],
    ['text/html', '{"error":"invalid_client"}', 'credentials_rejected'],
    ['application/json', '{"message":"<html>"}', 'credentials_rejected'],
    ['application/json', '{"message":"Unauthorized"}', 'credentials_rejected'],
    ['text/plain', '401 Unauthorized', 'credentials_rejected'],
    ['text/plain', '< 5', 'credentials_rejected'],
    ['application/json', { ok: false, reason: 'broken_off' }, 'credentials_rejected'],
    [undefined, '', 'credentials_rejected'],
  ] as const)('400 and 401 of %s saying %j are %s', (type, body, kind) => {
    for (const status of [400, 401]) {
      const headers = { 'content-type': type };
      expect(read({ status, headers, body }).outcome).toMatchObject({ failure: { kind, status } });
    }
  });

  it('403 of Cloudflare is edge_blocked, that of the API behind it forbidden', () => {
    const headers = { 'content-type': 'text/plain; charset=UTF-8', server: 'cloudflare', 'cf-ray': '8f0-GRU' };
    const kind = (body: string) => read({ status: 403, headers, body }).outcome;
    expect(kind('error code: 1010')).toMatchObject({ failure: { kind: 'edge_blocked' } });
    expect(kind('{"error":"disabled"}')).toMatchObject({ failure: { kind: 'forbidden' } });
  });

  it('has the status that it should have had', () => {
    expect(read({ status: 201 }).outcome).toMatchObject({
      failure: { kind: 'invalid_response', what: expect.stringContaining('status 201 instead of 200') },
    });
  });

  it.each([
    ['{"error":"invalid_scope"}', 'request_rejected'],
    ['{"error":{"code":"invalid_scope"}}', 'credentials_rejected'],
    ['{"__proto__":{"error":"invalid_scope"}}', 'credentials_rejected'],
    ['["invalid_scope"]', 'credentials_rejected'],
    ['', 'credentials_rejected'],
  ])('400 saying %p is %s', (body, kind) => {
    expect(read({ status: 400, body }).outcome).toMatchObject({ failure: { kind } });
  });

  it('is classified by its status also where its body broke off', () => {
    const body = { ok: false, reason: 'broken_off' } as const;
    expect(read({ status: 401, body }).outcome).toMatchObject({ failure: { kind: 'credentials_rejected' } });
  });

  it('carries the request id', () => {
    expect(read({ status: 500, headers: { 'x-request-id': 'req_1' } }).outcome).toMatchObject({
      failure: { requestId: 'req_1' },
    });
  });

  it.each([
    ['the header', { 'x-request-id': 'canary-secret' }, '{}'],
    ['the body', {}, '{"requestId":"canary-secret"}'],
    ['the content type', { 'content-type': 'canary/secret' }, 'canary'],
    ['the error', {}, '{"error":"canary","message":"canary"}'],
    ['the token', { 'x-request-id': 'token-0123456789' }, TOKEN.replace('1800', '0')],
  ])('repeats nothing secret from %s', (_where, headers, body) => {
    for (const status of [200, 400, 500]) {
      expect(JSON.stringify(read({ status, headers, body }))).not.toMatch(/canary|0123456789/);
    }
  });
});

describe('Retry-After', () => {
  it("is measured from the answer's Date", () => {
    const headers = { 'retry-after': 'Sun, 06 Nov 1994 08:49:44 GMT', date: 'Sun, 06 Nov 1994 08:49:37 GMT' };
    expect(read({ status: 429, headers }).outcome).toMatchObject({ failure: { retryAfterMs: 7_000 } });
  });

  it.each(['86400', '100000000000000', '1e14'])('of %s s is cut to 15 minutes, with a warning', (wished) => {
    const { outcome, warnings } = read({ status: 429, headers: { 'retry-after': wished } });
    expect(outcome).toMatchObject({ failure: { kind: 'rate_limited', retryAfterMs: 900_000 } });
    expect(warnings).toEqual([expect.stringContaining('Retry-After')]);
  });

  it.each([
    ['900', 429],
    ['86400', 500],
  ])('of %s s with %i is no reason for a warning', (wished, status) => {
    expect(read({ status, headers: { 'retry-after': wished } }).warnings).toEqual([]);
  });
});
