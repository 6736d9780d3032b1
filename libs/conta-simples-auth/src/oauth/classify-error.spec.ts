import { describe, expect, it } from '@jest/globals';
import { classifyError } from './classify-error.js';

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
      'UNSPECIFIED',
      'EPROTO',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'ERR_OSSL_PEM_NO_START_LINE',
    ].map((code) => [code, 'tls_error'] as const),
    ['ERR_INVALID_URL', 'proxy_error'] as const,
  ])('takes %s for %s', (code, kind) => {
    expect(classifyError(withCode(code), false).kind).toBe(kind);
  });

  it.each([
    ['ECONNREFUSED', 'proxy_error'],
    ['ENOTFOUND', 'proxy_error'],
    [undefined, 'proxy_error'],
    ['CERT_HAS_EXPIRED', 'tls_error'],
    ['ETIMEDOUT', 'timeout'],
  ])('takes %s on the way through a proxy for %s', (code, kind) => {
    expect(classifyError(withCode(code), true).kind).toBe(kind);
  });

  it.each([undefined, null, 'ECONNREFUSED', 5, {}, new Error('x'), withCode(5), withCode('')])(
    'takes what has no code for a network error: %p',
    (error) => {
      expect(classifyError(error, false)).toEqual({
        kind: 'network_error',
        what: 'The token endpoint was not reached',
      });
    },
  );

  it('names the code and nothing of the message', () => {
    expect(classifyError(withCode('ECONNREFUSED'), false).what).toBe(
      'The token endpoint was not reached (ECONNREFUSED)',
    );
  });

  it.each(['Basic c2VjcmV0', 'ECONN\nREFUSED', 'econnrefused', `E${'A'.repeat(80)}`])(
    'does not repeat a code that does not look like one: %p',
    (code) => {
      expect(classifyError(withCode(code), false).what).toBe('The token endpoint was not reached');
    },
  );
});
