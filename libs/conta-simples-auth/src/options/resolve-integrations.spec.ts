import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '@support/self-signed.js';
import type { ContaSimplesAuthOptions } from './options.js';
import { Problems } from './problems.js';
import { resolveTransport } from './resolve-integrations.js';

afterEach(() => {
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
});

/** The problems of these options; empty if they are valid. */
function told(options: object): string {
  const problems = new Problems();
  resolveTransport(options as ContaSimplesAuthOptions, problems);
  try {
    problems.throwIfAny();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('tls.ca', () => {
  const { cert } = selfSigned;

  it.each([
    cert,
    Buffer.from(cert),
    [cert, Buffer.from(cert)],
    `a comment\n${cert}\n${cert}\n`,
    cert.replaceAll('\n', '\r\n'),
  ])('is taken where it holds certificates', (ca) => {
    expect(told({ tls: { ca } })).toBe('');
  });

  it.each([
    ['a text that is none', 'canary'],
    ['an empty text', ''],
    ['a path', '/etc/ssl/canary.pem'],
    ['a list without any', []],
    ['a list with one that is none', [cert, 'canary']],
    ['escaped line breaks', cert.replaceAll('\n', '\\n')],
    ['a key', selfSigned.key],
    ['DER, which Node passes over', new X509Certificate(cert).raw],
  ])('stops the start with %s: Node would trust no server', (_what, ca) => {
    const message = told({ tls: { ca } });
    expect(message).toMatch(/- option tls\.ca \w+/);
    expect(message).not.toContain('canary');
  });
});

describe('httpsAgent', () => {
  it('stops the start if certificates would not be checked with it', () => {
    expect(told({ httpsAgent: new Agent() })).toBe('');
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    expect(told({ httpsAgent: new Agent() })).toContain('remove NODE_TLS_REJECT_UNAUTHORIZED=0');
    expect(told({ httpsAgent: new Agent({ rejectUnauthorized: true }) })).toBe('');
  });
});
