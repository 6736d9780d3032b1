import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { errorCode } from '../support/error-code.js';
import { type PemPart, whyUnreadable } from './pem-diagnosis.js';
import type { Problems } from './problems.js';

const PARTS = ['ca', 'cert', 'key', 'passphrase'] as const;
type Content = string | Buffer;

/**
 * Checks each part of the option `tls` and then all of them together, so that the message names the part that is wrong.
 * Never quotes a value; messages of OpenSSL may, so they are not shown.
 */
export function checkTls(tls: unknown, problems: Problems): void {
  if (typeof tls !== 'object' || tls === null) {
    problems.add('option tls', 'must be an object', 'tls');
    return;
  }
  const report = new TlsReport('option tls.', problems);
  for (const name of Object.keys(tls)) {
    if (name === 'pfx')
      report.add(
        'pfx',
        'does not exist: give cert and key in PEM (openssl pkcs12 -in <file> -nodes), or an httpsAgent with pfx',
      );
    else if (!PARTS.some((part) => part === name)) report.add(name, 'does not exist: remove it, or correct its name');
  }
  const { ca, cert, key, passphrase } = tls as Partial<Record<(typeof PARTS)[number], unknown>>;
  checkParts({ ca, cert, key, passphrase }, report);
}

/** Checks the TLS options of an application's agent: Node would report a mistake only with the first connection. */
export function checkAgentTls(options: object, problems: Problems): void {
  const report = new TlsReport('option httpsAgent: ', problems);
  const { ca, cert, key, passphrase, pfx } = options as Record<string, unknown>;
  if (pfx !== undefined) checkPfx(pfx, passphrase, report);
  else checkParts({ ca, cert, key, passphrase }, report);
}

class TlsReport {
  count = 0;
  readonly #prefix: string;
  readonly #problems: Problems;

  constructor(prefix: string, problems: Problems) {
    this.#prefix = prefix;
    this.#problems = problems;
  }

  add(part: string, what: string): void {
    this.count++;
    this.#problems.add(this.#prefix + part, what, 'tls');
  }

  warn(part: string, what: string): void {
    this.#problems.warn(this.#prefix + part, what, 'tls');
  }
}

interface Parts {
  readonly ca: unknown;
  readonly cert: unknown;
  readonly key: unknown;
  readonly passphrase: unknown;
}

function checkParts({ ca, cert, key, passphrase }: Parts, report: TlsReport): void {
  if (ca !== undefined) checkAuthorities(listOf(ca), report);
  const hasPassphrase = typeof passphrase === 'string';
  if (passphrase !== undefined && !hasPassphrase) report.add('passphrase', 'must be a string');
  const chains = listOf(cert).map((one) => readCertificates(one, 'cert', report));
  const keys = listOf(key).map((one) => readKey(one, hasPassphrase ? passphrase : undefined, report));
  if (cert !== undefined && key === undefined)
    report.add('key', 'is missing: cert is set, and a client certificate needs its private key');
  if (key !== undefined && cert === undefined)
    report.add('cert', 'is missing: key is set, and the server needs the certificate of this key');
  const [chain, privateKey] = [chains[0], keys[0]];
  if (chain && privateKey && chains.length === 1 && keys.length === 1) checkPair(chain, privateKey, report);
  if (report.count > 0) return;
  try {
    createSecureContext({ ca, cert, key, passphrase } as SecureContextOptions);
  } catch (error) {
    report.add(
      cert === undefined ? 'ca' : 'cert',
      `cannot be used by this build of OpenSSL (${errorCode(error) ?? 'no code'})`,
    );
  }
}

/** Node ignores what is not a certificate, and then trusts no server: every request would fail. */
function checkAuthorities(list: readonly unknown[], report: TlsReport): void {
  if (list.length === 0) report.add('ca', 'is an empty list: leave it out, or give certificates in PEM');
  for (const one of list) {
    const certificates = readCertificates(one, 'ca', report);
    if (certificates?.every((certificate) => hasEnded(certificate)))
      report.warn('ca', `has expired (${certificates[0]?.validTo}): give a current one`);
  }
}

function readCertificates(given: unknown, part: 'ca' | 'cert', report: TlsReport): X509Certificate[] | undefined {
  const content = contentOf(given);
  if (content === undefined) {
    report.add(part, 'must be a string or a Buffer with certificates in PEM');
    return undefined;
  }
  const blocks = content.toString().match(CERTIFICATE_BLOCK) ?? [];
  try {
    // Reads the whole text as well: OpenSSL requires that a block starts at the start of a line.
    if (blocks.length === 0 || !new X509Certificate(content)) throw new Error();
    const certificates = blocks.map((block) => new X509Certificate(block));
    if (part === 'cert') createSecureContext({ cert: content });
    return certificates;
  } catch {
    report.add(part, whyUnreadable(content, 'certificate'));
    return undefined;
  }
}

const CERTIFICATE_BLOCK =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

function readKey(given: unknown, commonPassphrase: string | undefined, report: TlsReport): KeyObject | undefined {
  // Node accepts several keys in this form.
  const { pem = given, passphrase = commonPassphrase } = (isObject(given) ? given : {}) as {
    pem?: unknown;
    passphrase?: string;
  };
  const content = contentOf(pem);
  if (content === undefined) {
    report.add('key', 'must be a string or a Buffer with a private key in PEM');
    return undefined;
  }
  try {
    createSecureContext({ key: content, ...(passphrase !== undefined && { passphrase }) });
    // Reports an empty text, which createSecureContext() ignores.
    return createPrivateKey({ key: content, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    report.add(...whyNoKey(content, passphrase, error));
    return undefined;
  }
}

function whyNoKey(content: Content, passphrase: string | undefined, error: unknown): [part: string, what: string] {
  const text = content.toString();
  const isEncrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
  const isPem: PemPart = 'private key';
  if (!isEncrypted) return ['key', whyUnreadable(content, isPem)];
  if (passphrase === undefined || passphrase === '')
    return ['passphrase', 'is missing: the key is encrypted, so give its passphrase'];
  const code = errorCode(error) ?? '';
  const isNoKey = code === 'ERR_OSSL_UNSUPPORTED';
  if (/UNSUPPORTED/.test(code) && !isNoKey) {
    return [
      'key',
      'is encrypted with an algorithm that this OpenSSL does not support: encrypt it again with openssl pkcs8 -topk8 -v2 aes-256-cbc -provider legacy -provider default',
    ];
  }
  // One wrong passphrase in 256 decrypts a key to bytes that end like decrypted ones, and are no key.
  if (/DECRYPT/.test(code) || (isNoKey && isWhole(text)))
    return [
      'passphrase',
      'does not decrypt the key: give the passphrase of this key, without a line end or spaces around it; if it is the right one, the key is damaged',
    ];
  return ['key', whyUnreadable(content, isPem)];
}

/** Whether no part of the bytes of an encrypted key is missing, as far as can be seen without its passphrase. */
function isWhole(pem: string): boolean {
  const [, body = ''] = /-----BEGIN ENCRYPTED PRIVATE KEY-----([^-]*)-----END /.exec(pem) ?? [];
  if (body === '') return isWholeTraditional(pem);
  const der = Buffer.from(body, 'base64');
  const [, size = 0] = der;
  // Sizes above 127 follow in so many bytes as the lower bits of the first one say.
  const sizeBytes = size & 0x7f;
  if (size <= 0x80 || sizeBytes > 4 || der.length < 2 + sizeBytes) return false;
  return der.length === 2 + sizeBytes + der.readUIntBE(2, sizeBytes);
}

/**
 * The older format (RFC 1421) contains no size. In CBC mode it is encrypted in blocks: of 8 bytes with DES, of 16 with the
 * other ciphers. In other modes nothing can be seen.
 */
function isWholeTraditional(pem: string): boolean {
  const [, cipher = '', body = ''] = /^DEK-Info: ([\w-]+)[^\r\n]*([^-]*)-----END /m.exec(pem) ?? [];
  const bytes = Buffer.from(body, 'base64').length;
  const blockBytes = !cipher.endsWith('-CBC') ? 1 : cipher.startsWith('DES-') ? 8 : 16;
  return bytes > 0 && bytes % blockBytes === 0;
}

function checkPair(chain: readonly X509Certificate[], key: KeyObject, report: TlsReport): void {
  const [own, ...rest] = chain;
  if (own === undefined) return;
  if (!own.checkPrivateKey(key)) {
    const isLater = rest.some((certificate) => certificate.checkPrivateKey(key));
    if (isLater)
      report.add('cert', 'has the certificates in the wrong order: put the one of the key first, then its issuers');
    else report.add('key', 'belongs to another certificate than cert: give both from one pair');
    return;
  }
  if (hasEnded(own)) report.warn('cert', `has expired (${own.validTo}), so the server will reject it: renew it`);
  else if (Date.parse(own.validFrom) > Date.now()) report.warn('cert', `is not valid before ${own.validFrom}`);
  const isOrdered = chain.every((certificate, index) => {
    const issuer = chain[index + 1];
    return issuer === undefined || certificate.checkIssued(issuer);
  });
  if (!isOrdered)
    report.warn('cert', 'has its issuers in the wrong order: put after each certificate the one that issued it');
}

function checkPfx(pfx: unknown, passphrase: unknown, report: TlsReport): void {
  for (const one of listOf(pfx)) {
    const { buf: content = one, passphrase: own = passphrase } = (isObject(one) ? one : {}) as {
      buf?: unknown;
      passphrase?: unknown;
    };
    const options = { pfx: content, ...(own !== undefined && { passphrase: own }) } as SecureContextOptions;
    try {
      createSecureContext(options);
    } catch (error) {
      report.add(...whyNoPfx(content, own, error));
    }
  }
}

/** Node has no error code for most of these. OpenSSL's text is compared but not shown. */
function whyNoPfx(content: unknown, passphrase: unknown, error: unknown): [part: string, what: string] {
  const message = String((error as { message?: unknown } | null)?.message);
  if (errorCode(error) === 'ERR_CRYPTO_UNSUPPORTED_OPERATION' || /unsupported/i.test(message)) {
    return [
      'pfx',
      'is encrypted with an old algorithm (RC2 or 3DES) that OpenSSL 3 does not support: convert it with openssl pkcs12 -in <old> -nodes -legacy | openssl pkcs12 -export -out <new>',
    ];
  }
  if (/mac verify/i.test(message)) {
    return passphrase === undefined
      ? ['passphrase', 'is missing: pfx is encrypted, so give its passphrase']
      : [
          'passphrase',
          'does not decrypt pfx: give the passphrase of this file, without a line end or spaces around it',
        ];
  }
  if (typeof content === 'string')
    return ['pfx', 'must be a Buffer: read the file with fs.readFileSync(path), without an encoding'];
  if (contentOf(content)?.includes('-----BEGIN ')) return ['pfx', 'is in PEM: give it as cert and key'];
  return ['pfx', 'is not a PKCS#12 file, or is damaged: export it again'];
}

function hasEnded(certificate: X509Certificate): boolean {
  return Date.parse(certificate.validTo) < Date.now();
}

function contentOf(value: unknown): Content | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return typeof value === 'string' ? value : undefined;
}

/** An object that contains a part, and is not the part itself. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
