import { createServer } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers, listen } from '@support/listen.js';
import { DOCTOR_PAIR } from '@support/run-doctor.js';
import { examine } from '../../libs/conta-simples-auth/src/cli/doctor/examine.js';
import type { Check } from '../../libs/conta-simples-auth/src/cli/doctor/report.js';
import { routeTo } from '../../libs/conta-simples-auth/src/cli/doctor/route.js';
import { handshakeCheck, probeTls, type TlsHandshake } from '../../libs/conta-simples-auth/src/cli/doctor/tls-check.js';
import { CERTIFICATES, TEST_CA } from '../faults/certificates.js';

afterEach(closeServers);

async function serve(certificate: { readonly cert: string; readonly key: string }) {
  const requests: string[] = [];
  const server = createServer(certificate, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const token = { access_token: 'a-token-of-the-test', token_type: 'Bearer', expires_in: 1800 };
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(request.method === 'POST' ? token : { amount: 1 }));
  });
  server.on('tlsClientError', () => {});
  const { port } = await listen(server);
  const handshake = (host = 'localhost') =>
    probeTls({ target: { host, port }, tls: { ca: TEST_CA }, signal: new AbortController().signal });
  return { port, requests, handshake };
}

const VENDOR = routeTo('https://api.contasimples.com', {});
const OWN = routeTo('https://localhost:1', {});

describe('a handshake', () => {
  it('with a server that is trusted passes, and so does all that follows, by two requests', async () => {
    const { port, requests } = await serve(CERTIFICATES.trusted);
    const checks: Check[] = [];
    const given = { baseUrl: `https://localhost:${port}`, ...DOCTOR_PAIR, tls: { ca: TEST_CA }, proxy: false as const };
    for await (const check of examine({ envFile: undefined, directory: '/', accounts: [], given })) checks.push(check);
    expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'settings ok',
      'name ok',
      'tls ok',
      'token ok',
      'lifetime ok',
      'balance ok',
      'clock ok',
    ]);
    expect(checks[2]?.message).toMatch(
      /^TLSv1\.3, certificate for localhost, issued by Test CA, valid until .* 2120 GMT$/,
    );
    expect(requests).toEqual(['POST /oauth/v1/access-token', 'GET /accounts/v1/balance']);
  });

  it('in which the certificate has expired shows both dates, since one of them is wrong', async () => {
    const { handshake } = await serve(CERTIFICATES.expired);
    const check = handshakeCheck(await handshake(), OWN, false, new Date('2026-01-05T12:00:00Z'));
    expect(check).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(
        /from .* 2020 GMT to .* 2021 GMT, and the clock of this machine says 2026-01-05T12:00:00.000Z \(CERT_HAS_EXPIRED\)/,
      ),
      remedy: expect.stringMatching(/set the clock of this machine/),
    });
  });

  it('in which the certificate is for another name shows which', async () => {
    const { handshake } = await serve(CERTIFICATES.otherName);
    expect(handshakeCheck(await handshake(), OWN, false)).toMatchObject({
      status: 'fail',
      message: 'the certificate is for other.example, not for localhost (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  });

  it('with a server named by its address checks the address', async () => {
    const { handshake } = await serve(CERTIFICATES.trusted);
    expect(handshakeCheck(await handshake('127.0.0.1'), OWN, false)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  it('with a certificate of a private CA is a warning if the server is the service itself', async () => {
    const { handshake } = await serve(CERTIFICATES.trusted);
    const seen = await handshake();
    expect(seen.isPublic).toBe(false);
    expect(handshakeCheck(seen, VENDOR, true)).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('Test CA is not a public CA that Node knows'),
      remedy: expect.stringContaining('it sees key, secret and token'),
    });
    expect(handshakeCheck(seen, OWN, false).status).toBe('ok');
    expect(handshakeCheck({ ...seen, isPublic: true }, VENDOR, true).status).toBe('ok');
  });

  it('with an untrusted certificate suspects a proxy only if the server is the service itself', () => {
    const seen: TlsHandshake = {
      protocol: 'TLSv1.3',
      distrust: 'SELF_SIGNED_CERT_IN_CHAIN',
      subject: 'api.contasimples.com',
      issuer: 'Proxy of the Company',
      validFrom: '',
      validTo: '',
      names: '',
      isPublic: false,
    };
    expect(handshakeCheck(seen, VENDOR, true).remedy).toMatch(/company proxy or a virus scanner.*NODE_EXTRA_CA_CERTS/);
    expect(handshakeCheck(seen, OWN, false).remedy).toMatch(/^Give the CA's certificate to Node/);
  });
});

describe('the route to the API', () => {
  const target = { host: 'api.contasimples.com', port: 443 };

  it.each<[string, Record<string, string>, object]>([
    ['nothing', {}, {}],
    [
      'HTTPS_PROXY',
      { HTTPS_PROXY: 'http://proxy.corp:3128' },
      { proxy: { host: 'proxy.corp', port: 3128, variable: 'HTTPS_PROXY', secure: false } },
    ],
    [
      'https_proxy before HTTPS_PROXY',
      { https_proxy: 'http://one:1', HTTPS_PROXY: 'http://two:2' },
      { proxy: { host: 'one', port: 1, variable: 'https_proxy', secure: false } },
    ],
    [
      'ALL_PROXY without a scheme',
      { ALL_PROXY: 'proxy.corp' },
      { proxy: { host: 'proxy.corp', port: 443, variable: 'ALL_PROXY', secure: true } },
    ],
    [
      'a login in it',
      { HTTPS_PROXY: 'http://user:p%40ss@[::1]:8080' },
      { proxy: { host: '::1', port: 8080, variable: 'HTTPS_PROXY', secure: false, login: 'user:p@ss' } },
    ],
    ['a value that is no address', { HTTPS_PROXY: 'http://' }, { invalidProxy: 'HTTPS_PROXY' }],
    ['a proxy of another kind', { HTTPS_PROXY: 'socks5://proxy:1080' }, { invalidProxy: 'HTTPS_PROXY' }],
    ['HTTP_PROXY, which is for plain http', { HTTP_PROXY: 'http://proxy:1' }, {}],
    ...['*', 'api.contasimples.com', '.contasimples.com', '*.contasimples.com', 'x, api.contasimples.com:443'].map(
      (list): [string, Record<string, string>, object] => [
        `NO_PROXY=${list}`,
        { HTTPS_PROXY: 'http://p:1', NO_PROXY: list },
        {},
      ],
    ),
    [
      'NO_PROXY of others',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'contasimples.com,api.contasimples.com:8443,.example' },
      { proxy: { host: 'p', port: 1, variable: 'HTTPS_PROXY', secure: false } },
    ],
  ])('by %s', (_name, environment, expected) => {
    expect(routeTo('https://api.contasimples.com', environment)).toEqual({ target, secure: true, ...expected });
  });

  it('over plain http, which is for this machine, has no proxy', () => {
    const route = routeTo('http://127.0.0.1:4010/base', { HTTPS_PROXY: 'http://p:1', ALL_PROXY: 'http://p:1' });
    expect(route).toEqual({ target: { host: '127.0.0.1', port: 4010 }, secure: false });
  });
});
