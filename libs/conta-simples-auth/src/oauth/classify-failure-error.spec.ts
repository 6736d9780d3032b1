import { describe, expect, it } from '@jest/globals';
import { classifyError, classifyTimeout } from './classify-failure.js';

const HOST = 'api.example:443';
/** What axios leaves on an error of a request through a proxy; `socket` once the tunnel is open. */
const tunnelled = (error: object, socket: object | null = null) =>
  Object.assign(error, {
    request: { socket, agent: { proxy: { host: 'proxy.example', port: 3128, auth: 'user:canary' } } },
  });
const withCode = (code: unknown) => Object.assign(new Error('connect 10.0.0.1:443, Basic c2VjcmV0'), { code });

describe('classifyError', () => {
  it.each([
    ...[
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENOTFOUND',
      'EAI_AGAIN',
      'ESERVFAIL',
    ].map((code) => [code, 'network_error'] as const),
    ...['HPE_INVALID_CONSTANT', 'HPE_HEADER_OVERFLOW', 'HPE_UNEXPECTED_CONTENT_LENGTH', 'ERR_BAD_RESPONSE'].map(
      (code) => [code, 'network_error'] as const,
    ),
    ...['ETIMEDOUT', 'ECONNABORTED', 'ERR_CANCELED', 'ERR_TLS_HANDSHAKE_TIMEOUT'].map(
      (code) => [code, 'timeout'] as const,
    ),
    ...[
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_REVOKED',
      'CERT_UNTRUSTED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'HOSTNAME_MISMATCH',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
      'CRL_HAS_EXPIRED',
      'ERROR_IN_CERT_NOT_BEFORE_FIELD',
      'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
      'EE_KEY_TOO_SMALL',
      'CA_KEY_TOO_SMALL',
      'CA_MD_TOO_WEAK',
      'UNSPECIFIED',
      'EPROTO',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'ERR_OSSL_PEM_NO_START_LINE',
    ].map((code) => [code, 'tls_error'] as const),
  ])('takes %s for %s', (code, kind) => {
    expect(classifyError(withCode(code), HOST).kind).toBe(kind);
  });

  it.each([
    ['ECONNREFUSED', 'proxy_error'],
    ['ENOTFOUND', 'proxy_error'],
    [undefined, 'proxy_error'],
    ['CERT_HAS_EXPIRED', 'proxy_error'],
    ['ETIMEDOUT', 'timeout'],
  ])('takes %s on the way through a proxy for %s', (code, kind) => {
    expect(classifyError(tunnelled(withCode(code)), HOST).kind).toBe(kind);
  });

  it.each(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'CERT_HAS_EXPIRED'])(
    'takes %s before there is a tunnel for the TLS of the proxy, and says what a missing scheme means',
    (code) => {
      const { kind, what } = classifyError(tunnelled(withCode(code)), HOST);
      expect(kind).toBe('proxy_error');
      expect(what).toMatch(
        new RegExp(`to the proxy proxy.example:3128 \\(${code}\\): .* no scheme, .* https://; write http:// before it`),
      );
    },
  );

  it('takes what fails within the tunnel for the TLS of the service', () => {
    const error = tunnelled(withCode('CERT_HAS_EXPIRED'), {});
    expect(classifyError(error, HOST).kind).toBe('tls_error');
  });

  it.each([undefined, null, 'ECONNREFUSED', 5, {}, new Error('x'), withCode(5), withCode(''), withCode(['ETIMEDOUT'])])(
    'takes what has no code for a network error: %p',
    (error) => {
      expect(classifyError(error, HOST)).toEqual({
        kind: 'network_error',
        what: 'The token endpoint at api.example:443 was not reached',
      });
    },
  );

  it.each([
    'EPROTONOSUPPORT',
    'EPROTOTYPE',
    'UNSPECIFIED_ERROR',
    'ERR_HTTP2_CERT_HAS_EXPIRED',
    'ETIMEDOUT_ONCE',
    'NOT_ETIMEDOUT',
    'ERR_INVALID_URL_SCHEME',
    'NOT_ERR_INVALID_URL',
  ])('takes %s for a network error: it only holds a code of another kind', (code) => {
    expect(classifyError(withCode(code), HOST).kind).toBe('network_error');
  });

  it.each([
    ['ETIMEDOUT', 'The token endpoint at api.example:443 did not answer in time (ETIMEDOUT)'],
    ['CERT_HAS_EXPIRED', 'No trusted connection to the token endpoint at api.example:443 (CERT_HAS_EXPIRED)'],
  ])('says of %s what it means', (code, what) => {
    expect(classifyError(withCode(code), HOST).what).toBe(what);
  });

  it.each(['EX', `E${'A'.repeat(60)}`])('repeats a code of 2 to 61 characters: %s', (code) => {
    expect(classifyError(withCode(code), HOST).what).toBe(`The token endpoint at ${HOST} was not reached (${code})`);
  });

  it.each([
    [null, 'The proxy proxy.example:3128 was not reached, or opened no tunnel (ECONNRESET)'],
    [{}, 'The token endpoint at api.example:443 was not reached through the proxy proxy.example:3128 (ECONNRESET)'],
  ])('names the proxy, and the endpoint where the tunnel was open: socket %j', (socket, what) => {
    expect(classifyError(tunnelled(withCode('ECONNRESET'), socket), HOST)).toEqual({ kind: 'proxy_error', what });
  });

  it('names the code and nothing of the message', () => {
    expect(classifyError(withCode('ECONNREFUSED'), HOST).what).toBe(
      `The token endpoint at ${HOST} was not reached (ECONNREFUSED)`,
    );
  });

  it.each(['Basic c2VjcmV0', 'ECONN\nREFUSED', 'econnrefused', 'E', `E${'A'.repeat(61)}`])(
    'does not repeat a code that does not look like one: %p',
    (code) => {
      expect(classifyError(withCode(code), HOST).what).toBe(`The token endpoint at ${HOST} was not reached`);
    },
  );
});

describe('classifyTimeout', () => {
  it('names the endpoint', () => {
    const what = 'The token endpoint at api.example:443 did not answer in time';
    expect(classifyTimeout(new Error('x'), HOST)).toEqual({ kind: 'timeout', what });
    expect(classifyTimeout(tunnelled(new Error('x'), {}), HOST)).toEqual({ kind: 'timeout', what });
  });

  it('names the proxy where it had not opened the tunnel yet', () => {
    const what = 'The proxy proxy.example:3128 did not connect in time';
    expect(classifyTimeout(tunnelled(new Error('x')), HOST)).toEqual({ kind: 'proxy_error', what });
  });
});
