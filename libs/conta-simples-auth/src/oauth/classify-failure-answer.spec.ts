import { describe, expect, it } from '@jest/globals';
import { classifyAnswer, type FailedAnswer } from './classify-failure.js';

const answer = (given: Partial<FailedAnswer>): FailedAnswer => ({
  status: 500,
  url: 'https://api.example/base/token',
  isHtml: false,
  isPage: false,
  isOfEdge: false,
  error: undefined,
  retryAfterMs: undefined,
  requestId: undefined,
  ...given,
});

describe('the kind of an answer', () => {
  it.each([
    [400, 'invalid_client', 'credentials_rejected'],
    [400, undefined, 'credentials_rejected'],
    [400, 'Bad Request', 'credentials_rejected'],
    [400, 'invalid_grant', 'credentials_rejected'],
    [400, 'constructor', 'credentials_rejected'],
    [401, undefined, 'credentials_rejected'],
    [401, 'invalid_request', 'credentials_rejected'],
    [400, 'invalid_request', 'request_rejected'],
    [400, 'unsupported_grant_type', 'request_rejected'],
    [400, 'invalid_scope', 'request_rejected'],
    [400, 'unauthorized_client', 'request_rejected'],
    [200, 'invalid_client', 'credentials_rejected'],
    [200, 'invalid_request', 'request_rejected'],
    [403, undefined, 'forbidden'],
    [407, undefined, 'proxy_error'],
    [408, undefined, 'timeout'],
    [425, undefined, 'server_error'],
    [429, undefined, 'rate_limited'],
    ...[402, 404, 405, 406, 409, 410, 411, 413, 414, 415, 418, 421, 422, 426, 428, 431, 451, 499].map(
      (status) => [status, undefined, 'request_rejected'] as const,
    ),
    ...[500, 501, 502, 503, 504, 505, 511, 520, 599].map((status) => [status, undefined, 'server_error'] as const),
    ...[300, 301, 302, 303, 304, 307, 308, 399].map((status) => [status, undefined, 'unexpected_redirect'] as const),
    ...[101, 201, 202, 204, 206, 299].map((status) => [status, undefined, 'invalid_response'] as const),
  ] as const)('%i with the error %p is %s', (status, error, kind) => {
    expect(classifyAnswer(answer({ status, error })).kind).toBe(kind);
  });

  it.each([
    [403, 'edge_blocked'],
    [503, 'server_error'],
    [500, 'server_error'],
    [400, 'request_rejected'],
    [401, 'request_rejected'],
    [404, 'request_rejected'],
  ] as const)('%i with an HTML page is %s', (status, kind) => {
    expect(classifyAnswer(answer({ status, isHtml: true, isPage: true })).kind).toBe(kind);
  });

  it.each([400, 401])('%i that declares HTML and has no body speaks of the pair', (status) => {
    expect(classifyAnswer(answer({ status, isHtml: true })).kind).toBe('credentials_rejected');
  });

  it.each([
    [403, 'edge_blocked'],
    [503, 'server_error'],
    [401, 'credentials_rejected'],
    [404, 'request_rejected'],
  ] as const)('%i of the CDN is %s', (status, kind) => {
    expect(classifyAnswer(answer({ status, isOfEdge: true })).kind).toBe(kind);
  });

  it('503 with Retry-After is rate_limited', () => {
    expect(classifyAnswer(answer({ status: 503, retryAfterMs: 7_000 }))).toMatchObject({
      kind: 'rate_limited',
      retryAfterMs: 7_000,
    });
  });
});

describe("the server's wish to wait", () => {
  it.each([429, 503])('is heard with %i', (status) => {
    expect(classifyAnswer(answer({ status, retryAfterMs: 7_000 })).retryAfterMs).toBe(7_000);
  });

  it.each([200, 302, 400, 401, 403, 500, 502, 504])('is not heard with %i', (status) => {
    expect(classifyAnswer(answer({ status, retryAfterMs: 7_000 }))).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    [200, 'credentials_rejected'],
    [302, 'unexpected_redirect'],
    [401, 'credentials_rejected'],
    [403, 'forbidden'],
    [500, 'server_error'],
  ] as const)('changes nothing about the kind of %i', (status, kind) => {
    expect(classifyAnswer(answer({ status, retryAfterMs: 7_000 })).kind).toBe(kind);
  });

  it.each([86_400_000, Number.MAX_SAFE_INTEGER])('is granted for 15 minutes at most: %i', (retryAfterMs) => {
    expect(classifyAnswer(answer({ status: 429, retryAfterMs })).retryAfterMs).toBe(900_000);
  });

  it('is absent where the server has none', () => {
    expect(classifyAnswer(answer({ status: 429 }))).not.toHaveProperty('retryAfterMs');
  });
});

describe('how slow to try again', () => {
  it.each([501, 505, 511, 407])('%i is tried again slowly', (status) => {
    expect(classifyAnswer(answer({ status })).lasting).toBe(true);
  });

  it.each([500, 502, 503, 504, 408, 425, 429, 401])('%i is left to its kind', (status) => {
    expect(classifyAnswer(answer({ status }))).not.toHaveProperty('slow');
  });
});

describe('the message', () => {
  it('is the status, that it was a page, and the request id', () => {
    expect(classifyAnswer(answer({ status: 403, isHtml: true, requestId: 'req_1' }))).toEqual({
      kind: 'edge_blocked',
      status: 403,
      what: 'The token endpoint answered 403 with an HTML page',
      requestId: 'req_1',
    });
  });

  it.each([400, 401])('is that a gateway answered, where a page comes with %i', (status) => {
    expect(classifyAnswer(answer({ status, isHtml: true, isPage: true })).what).toBe(
      `Something in front of the token endpoint https://api.example/base/token answered ${status} with an HTML page, which ` +
        'says nothing about key and secret: a gateway may want a client certificate (options `tls.cert` and `tls.key`) or ' +
        'its own login',
    );
  });

  it.each([404, 405, 415, 302])('is the address, where that may be wrong: %i', (status) => {
    expect(classifyAnswer(answer({ status })).what).toBe(
      `The token endpoint https://api.example/base/token answered ${status}`,
    );
  });

  it('is that it was the CDN, where that decides', () => {
    const what = (status: number) => classifyAnswer(answer({ status, isOfEdge: true })).what;
    expect(what(403)).toBe('The token endpoint answered 403 by its CDN');
    expect(what(500)).toBe('The token endpoint answered 500');
  });

  it.each([201, 202, 204, 299])('is which status it should have been: %i', (status) => {
    expect(classifyAnswer(answer({ status })).what).toBe(
      `The token endpoint answered with status ${status} instead of 200`,
    );
  });

  it('is the status alone where nothing else is known', () => {
    expect(classifyAnswer(answer({ status: 500 }))).toStrictEqual({
      kind: 'server_error',
      status: 500,
      what: 'The token endpoint answered 500',
    });
  });

  it("is nothing of the server's own words", () => {
    expect(JSON.stringify(classifyAnswer(answer({ status: 400, error: 'echoed-secret' })))).not.toContain('echoed');
  });
});
