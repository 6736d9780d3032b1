import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EMULATOR_CREDENTIALS } from '../accounts.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';
import { sharedSigningKey } from './issued-tokens.js';

const FORM = 'application/x-www-form-urlencoded';
const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;

let emulator: ContaSimplesEmulator;
beforeAll(async () => {
  emulator = await startContaSimplesEmulator({ tokenTtlSeconds: 1800 });
});
afterAll(() => emulator.close());

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

function requestToken({
  method = 'POST',
  query = '',
  body = 'grant_type=client_credentials',
  authorization = basic(`${apiKey}:${apiSecret}`),
  contentType = FORM,
}: Partial<Record<'method' | 'query' | 'body' | 'authorization' | 'contentType', string>> = {}): Promise<Response> {
  return fetch(`${emulator.baseUrl}/oauth/v1/access-token${query}`, {
    method,
    headers: { ...(authorization && { authorization }), ...(contentType && { 'content-type': contentType }) },
    ...(method === 'POST' && { body }),
  });
}

function decode(part: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
}

describe('the token endpoint', () => {
  it('grants a Bearer token that must not be stored on the way', async () => {
    const response = await requestToken();

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 1800,
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{24}$/);
    expect(Date.parse(response.headers.get('date') ?? '')).toBeGreaterThan(Date.now() - 5000);
  });

  it('signs the token with RS256 over the claims of the account', async () => {
    const { access_token: token } = (await (await requestToken()).json()) as { access_token: string };
    const [header, claims, signature] = token.split('.');

    const publicKey = createPublicKey((await sharedSigningKey()).publicKey.export({ type: 'spki', format: 'pem' }));
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature ?? '', 'base64url'))).toBe(true);
    expect(decode(header)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    const { iat, exp, ...others } = decode(claims);
    expect(others).toEqual({ iss: emulator.baseUrl, sub: 'default', jti: expect.any(String) });
    expect(Number(exp) - Number(iat)).toBe(1800);
  });

  it('never hands out the same token twice', async () => {
    const bodies = await Promise.all([requestToken(), requestToken()].map(async (answer) => (await answer).text()));

    expect(bodies[0]).not.toBe(bodies[1]);
  });

  it.each([
    ['a charset beside the content type', { contentType: `${FORM}; charset=utf-8` }],
    ['a lower-case scheme', { authorization: basic(`${apiKey}:${apiSecret}`).replace('Basic', 'basic') }],
  ])('accepts %s', async (_what, request) => {
    expect((await requestToken(request)).status).toBe(200);
  });

  it.each([
    [
      'a JSON content type',
      { contentType: 'application/json', body: '{"grant_type":"client_credentials"}' },
      'content-type',
    ],
    ['a JSON body announced as a form', { body: '{"grant_type":"client_credentials"}' }, 'grant_type'],
    ['no content type', { contentType: 'text/plain' }, 'content-type'],
    ['no grant type', { body: '' }, 'grant_type'],
    ['an unknown grant type', { body: 'grant_type=password' }, 'grant_type'],
    ['a grant type given twice', { body: 'grant_type=client_credentials&grant_type=client_credentials' }, 'grant_type'],
    ['an extra parameter', { body: 'grant_type=client_credentials&scope=all' }, 'scope'],
    ['client_id in the body', { body: `grant_type=client_credentials&client_id=${apiKey}` }, 'client_id'],
    ['client_secret in the body', { body: `grant_type=client_credentials&client_secret=x` }, 'client_secret'],
    ['api_key in the body', { body: `grant_type=client_credentials&api_key=${apiKey}` }, 'api_key'],
    ['api_secret in the body', { body: `grant_type=client_credentials&api_secret=x` }, 'api_secret'],
    ['parameters in the URL', { query: '?grant_type=client_credentials' }, 'query'],
    ['another scheme', { authorization: 'Bearer abc' }, 'authorization'],
    ['malformed base64', { authorization: 'Basic a*b' }, 'authorization'],
    ['the URL-safe base64 alphabet', { authorization: 'Basic _-__' }, 'authorization'],
    ['credentials without a colon', { authorization: basic('no-colon') }, 'authorization'],
  ])('answers 400 to %s', async (_what, request, field) => {
    const response = await requestToken(request);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'Bad Request',
      message: expect.any(String),
      code: 400,
      details: expect.arrayContaining([{ field, message: expect.any(String) }]),
    });
  });

  it.each([
    ['no credentials', { authorization: '' }],
    ['an unknown key', { authorization: basic(`other:${apiSecret}`) }],
    ['a wrong secret', { authorization: basic(`${apiKey}:other`) }],
    ['a blank pair', { authorization: basic(':') }],
  ])('answers 401 to %s', async (_what, request) => {
    const response = await requestToken(request);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await response.json()).toEqual({ error: 'Unauthorized', message: expect.any(String), code: 401 });
  });

  it('answers 405 and names POST to any other method', async () => {
    const response = await requestToken({ method: 'GET' });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('answers 413 to a body over 16 KiB, once it has taken it all in', async () => {
    expect((await requestToken({ body: `grant_type=${'x'.repeat(300_000)}` })).status).toBe(413);
  });

  it('answers 404 to a token request at a wrong path', async () => {
    expect((await fetch(`${emulator.baseUrl}/oauth/token`, { method: 'POST' })).status).toBe(404);
  });

  it('repeats no value of a refused request in its answer', async () => {
    const response = await requestToken({ body: '{"api_secret":"s3cr3t-value"}' });

    expect(await response.text()).not.toContain('s3cr3t');
  });
});
