import { Agent } from 'node:https';
import { afterAll, describe, expect, it } from '@jest/globals';
import { PemFiles } from '@support/pem-files.js';
import type { ContaSimplesAuthOptions } from './options.js';
import { Problems } from './problems.js';
import { resolveTransport } from './resolve-integrations.js';

const files = new PemFiles();
afterAll(() => files.remove());

const [ca, cert, key] = ['ca.pem', 'client.pem', 'client.key'].map((name) => files.text(name)) as [
  string,
  string,
  string,
];
const encrypted = files.text('encrypted.key');
const passphrase = 'canary-passphrase';
const escaped = (text: string) => text.replaceAll('\n', '\\n');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

/** Of a test only. The passphrase `wrong-321` decrypts it to bytes that are no key; any other wrong one fails to decrypt it. */
const RARE_KEY = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiS2E4pcUp9ywICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELZ8xG8xSSnGMFgdzscuE+8EgZDH
NdTlY+a1P12Mhpl+9LZmwRyemXudyW5FhBYpnsoo+Ph6vJg1lZR+fxiNqJyOuFE2
4mNlWWju9ga924GzF01Yg/MnHS6ujFLLKLtrpsJuS0648z8g7R0YN93ZbWTAYzWa
55o6B+2s0v/r17ilB/kDkkFxH77hyWEUqqtSebbO31CT7cwq4gHuu9Q5uEfmqx8=
-----END ENCRYPTED PRIVATE KEY-----`;

/** The same in the older format, with two ciphers: `x55` decrypts the first one to bytes that are no key, `x880` the second. */
const RARE_AES_KEY = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,938CB67C646BA324F3808B6FA84C8E82

/2JS58sUXp5bbhcrHSph6Cil5sx8BMWReGTIF3zosJykRrnmD39CGMLnU0KXl1/b
UelwSDacZh2HAt8JR16eYtXMoLsajF7ets/PfOA6RWo1Gk/q0sMwQvBMt2r93Nd7
gYVt3Va7KdHt+f7IR7epCtQE2GJqOwV0+qsDLBuYezA=
-----END EC PRIVATE KEY-----`;
const RARE_DES_KEY = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: DES-EDE3-CBC,F0BA3CEA3D1F407C

igLjkdI0z6V9a+x0IGqtggj+GAXztsMggGFcfjOQB3R8lRIzgfbwma3KIP3nhmqd
9l8uNnfFqG0YKQe4arrU1XX6bBX4YsBofZedvKspXq2E5BDuAn4FRfKjndP4McWc
nd/+NJl2hYT1vGwW5ujLWXKmMcZtg8NVfqi0XU2R11s=
-----END EC PRIVATE KEY-----`;
/** Without blocks: any wrong passphrase decrypts it to bytes that are no key. */
const CFB_KEY = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CFB,14FFB6847EF46913F6726E18BDA24B0B

0ZcnojqRGUd766obMhziz2Rj2KYGa8jPFoSmfUjwVBmf8Nbak3+fFwHJ6OqW7NSG
s+zSy0XyulzelDMeIqoBubfZnfxUR27CvzZiPIZVTX102kJiRbPxX1QAIk7zvrUD
2PrxaZ4wkHM6nmvf8uvdIxkFDIleIZmD/w==
-----END EC PRIVATE KEY-----`;

function inspect(options: object) {
  const problems = new Problems();
  resolveTransport(options as ContaSimplesAuthOptions, problems);
  const lines = (list: typeof problems.list) => list.map(({ setting, what }) => `${setting} ${what}`);
  const found = { problems: lines(problems.list), warnings: lines(problems.warnings) };
  // Neither the passphrase nor a line of a certificate or key.
  const text = JSON.stringify(found);
  expect(text).not.toContain('canary');
  for (const secret of [cert, key, encrypted])
    for (const line of secret.split('\n').slice(1, -2)) expect(text).not.toContain(line);
  return found;
}

describe('the option tls', () => {
  it.each<[string, object]>([
    ['a CA', { ca }],
    ['a pair', { cert, key }],
    ['all of it', { ca, cert, key: encrypted, passphrase }],
    ['buffers', { ca: Buffer.from(ca), cert: Buffer.from(cert), key: Buffer.from(key) }],
    ['bytes', { cert: new Uint8Array(Buffer.from(cert)), key: new Uint8Array(Buffer.from(key)) }],
    ['lists', { ca: [ca, Buffer.from(ca)], cert: [cert], key: [{ pem: encrypted, passphrase }] }],
    ['CRLF', { cert: cert.replaceAll('\n', '\r\n'), key: key.replaceAll('\n', '\r\n') }],
    ['a chain', { cert: cert + ca, key }],
    ['comments around', { cert: `Bag Attributes\n${cert}\n# ours\n${ca}`, key: `a comment\n${key}` }],
    ['SEC1', { cert, key: files.text('sec1.key') }],
    ['SEC1, encrypted', { cert, key: files.text('encrypted-sec1.key'), passphrase }],
    ['a passphrase for nothing', { cert, key, passphrase }],
    ['a CA of several files in one', { ca: `${ca}\n${ca}` }],
    ['an empty object', {}],
  ])('is taken: %s', (_name, tls) => {
    expect(inspect({ tls })).toEqual({ problems: [], warnings: [] });
  });

  const cases: [string, object, RegExp][] = [
    [
      'written \\n in cert',
      { cert: escaped(cert), key },
      /^option tls\.cert has line breaks written as \\n: replace them/,
    ],
    ['written \\n in key', { cert, key: escaped(key) }, /^option tls\.key has line breaks written as \\n/],
    ['written \\n in ca', { ca: escaped(ca) }, /^option tls\.ca has line breaks written as \\n/],
    ['spaces for line breaks', { cert: cert.replaceAll('\n', ' '), key }, /^option tls\.cert has lost its line breaks/],
    ['no line breaks', { cert, key: key.replaceAll('\n', '') }, /^option tls\.key has lost its line breaks/],
    ['old Mac line ends', { cert: cert.replaceAll('\n', '\r'), key }, /^option tls\.cert has lost its line breaks/],
    [
      'indented',
      { cert: cert.replace(/^/gm, '    '), key },
      /^option tls\.cert has spaces or tabs at the start of its lines/,
    ],
    ['no BEGIN', { cert: cert.replace(/^.*\n/, ''), key }, /^option tls\.cert lacks its line "-----BEGIN …"/],
    ['no END', { cert, key: key.replace(/-----END[^-]*-----\n/, '') }, /^option tls\.key lacks its line "-----END …"/],
    ['cut in the middle', { cert: cert.slice(0, 200), key }, /^option tls\.cert lacks its line "-----END …"/],
    [
      'damaged',
      { cert: cert.replace(/\n(.{30})/, '\n'), key },
      /^option tls\.cert holds a certificate that is damaged/,
    ],
    [
      'a damaged key',
      { cert, key: key.replace(/\n(.{31})/, '\n') },
      /^option tls\.key holds a private key that is damaged/,
    ],
    [
      'a damaged second CA',
      { ca: ca + ca.replace(/\n(.{30})/, '\n') },
      /^option tls\.ca holds a certificate that is damaged/,
    ],
    [
      'neither BEGIN nor END',
      { cert: cert.replace(/-----.*-----\n/g, ''), key },
      /^option tls\.cert lacks its lines "-----BEGIN/,
    ],
    [
      'DER',
      { cert: files.bytes('client.der'), key },
      /^option tls\.cert is a certificate in DER: .*openssl x509 -inform der/,
    ],
    ['DER in ca', { ca: files.bytes('client.der') }, /^option tls\.ca is a certificate in DER/],
    [
      'a DER key',
      { cert, key: files.bytes('key.der') },
      /^option tls\.key is a key in DER: .*openssl pkey -inform der/,
    ],
    [
      'DER as text',
      { cert: files.text('client.der'), key },
      /^option tls\.cert holds binary data that was read as text/,
    ],
    ['a p12', { cert: files.bytes('client.p12'), key }, /^option tls\.cert is a PKCS#12 file .*openssl pkcs12/],
    ['a p12 as key', { cert, key: files.bytes('client.p12') }, /^option tls\.key is a PKCS#12 file/],
    ['pfx', { pfx: files.bytes('client.p12'), passphrase }, /^option tls\.pfx does not exist: .*httpsAgent with pfx/],
    ['PKCS#7', { cert: files.text('client.p7b'), key }, /^option tls\.cert is a PKCS#7 file/],
    ['a request', { cert: files.text('client.csr'), key }, /^option tls\.cert holds a certificate request/],
    [
      "another certificate's key",
      { cert, key: files.text('other.key') },
      /^option tls\.key belongs to another certificate than cert/,
    ],
    ['the chain upside down', { cert: ca + cert, key }, /^option tls\.cert has the certificates in the wrong order/],
    ['a certificate as key', { cert, key: cert }, /^option tls\.key holds a certificate, which belongs in tls\.cert/],
    ['a key as cert', { cert: key, key }, /^option tls\.cert holds a private key, which belongs in tls\.key/],
    ['a key as ca', { ca: key }, /^option tls\.ca holds a private key/],
    ['a public key', { cert, key: files.text('public.key') }, /^option tls\.key holds a public key/],
    ['an encrypted key alone', { cert, key: encrypted }, /^option tls\.passphrase is missing: the key is encrypted/],
    [
      'a wrong passphrase',
      { cert, key: encrypted, passphrase: 'canary-wrong' },
      /^option tls\.passphrase does not decrypt the key/,
    ],
    [
      'a passphrase with a line end',
      { cert, key: encrypted, passphrase: `${passphrase}\n` },
      /^option tls\.passphrase does not decrypt/,
    ],
    ['an empty passphrase', { cert, key: encrypted, passphrase: '' }, /^option tls\.passphrase is missing/],
    ['a number as passphrase', { cert, key, passphrase: 5 }, /^option tls\.passphrase must be a string/],
    [
      'SEC1 with a wrong passphrase',
      { cert, key: files.text('encrypted-sec1.key'), passphrase: 'x' },
      /passphrase does not decrypt/,
    ],
    ['an empty cert', { cert: '', key }, /^option tls\.cert is empty/],
    ['an empty key', { cert, key: '' }, /^option tls\.key is empty/],
    ['an empty ca', { ca: '' }, /^option tls\.ca is empty/],
    ['an empty list', { ca: [] }, /^option tls\.ca is an empty list/],
    ['whitespace', { cert, key: ' \n' }, /^option tls\.key is empty/],
    [
      'base64',
      { cert: Buffer.from(cert).toString('base64'), key },
      /^option tls\.cert is encoded in base64: decode it/,
    ],
    [
      'base64 in a Buffer',
      { cert, key: Buffer.from(Buffer.from(key).toString('base64')) },
      /^option tls\.key is encoded in base64/,
    ],
    ['a path', { cert: '/run/secrets/canary.pem', key }, /^option tls\.cert is a path.*readFileSync/],
    ['a relative path', { cert, key: 'certs\\canary.key' }, /^option tls\.key is a path/],
    ['UTF-16', { cert: utf16(cert), key }, /^option tls\.cert is encoded in UTF-16/],
    ['some other text', { ca: 'canary' }, /^option tls\.ca is not PEM/],
    ['a number', { cert: 5, key }, /^option tls\.cert must be a string or a Buffer/],
    [
      'an OpenSSH key',
      { cert, key: '-----BEGIN OPENSSH PRIVATE KEY-----\nYQ==\n-----END OPENSSH PRIVATE KEY-----' },
      /OpenSSH.*ssh-keygen -p/,
    ],
    ['cert alone', { cert }, /^option tls\.key is missing: cert is set/],
    ['key alone', { key }, /^option tls\.cert is missing: key is set/],
    ['another name', { certificate: cert }, /^option tls\.certificate does not exist/],
  ];

  it.each(cases)('is reported with the part that is wrong and what to do: %s', (_name, tls, words) => {
    const { problems } = inspect({ tls });
    expect(problems).toEqual([expect.stringMatching(words)]);
  });

  it('names each of several parts', () => {
    const { problems } = inspect({ tls: { ca: 'x', cert: escaped(cert), key: ca } });
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual(['tls.ca', 'tls.cert', 'tls.key']);
  });

  it('is a warning where a certificate has expired', () => {
    expect(inspect({ tls: { cert: files.text('expired.pem'), key } })).toEqual({
      problems: [],
      warnings: [expect.stringMatching(/^option tls\.cert has expired \(.*\), so the server will reject it/)],
    });
    expect(inspect({ tls: { ca: files.text('expired.pem') } }).warnings).toEqual([
      expect.stringMatching(/tls\.ca has expired/),
    ]);
    expect(inspect({ tls: { ca: ca + files.text('expired.pem') } }).warnings).toEqual([]);
  });

  it('is a warning where the issuers of the chain are in the wrong order', () => {
    expect(inspect({ tls: { cert: cert + files.text('other.pem') + ca, key } }).warnings).toEqual([
      expect.stringMatching(/^option tls\.cert has its issuers in the wrong order/),
    ]);
  });

  it.each([
    ['PKCS#8', RARE_KEY, 'wrong-321'],
    ['PKCS#8 with CRLF', RARE_KEY.replaceAll('\n', '\r\n'), 'wrong-321'],
    ['the older format, AES', RARE_AES_KEY, 'x55'],
    ['the older format, AES, with CRLF', RARE_AES_KEY.replaceAll('\n', '\r\n'), 'x55'],
    ['the older format, DES', RARE_DES_KEY, 'x880'],
    ['the older format, a mode without blocks', CFB_KEY, 'x1'],
  ])('says the same of the rare wrong passphrase that seems to decrypt the key: %s', (_name, pem, wrong) => {
    expect(inspect({ tls: { cert, key: pem, passphrase: wrong } }).problems).toEqual([
      expect.stringMatching(/^option tls\.passphrase does not decrypt the key/),
    ]);
  });

  it.each([
    ['PKCS#8', RARE_KEY, /\n.{64}/],
    ['the older format', RARE_AES_KEY, /.{9}=/],
  ])('calls a key that lacks a part of its bytes damaged: %s', (_name, pem, part) => {
    const { problems } = inspect({ tls: { cert, key: pem.replace(part, ''), passphrase: 'wrong-321' } });
    expect(problems).toEqual([expect.stringMatching(/^option tls\.key holds a private key that is damaged/)]);
  });

  it.each([
    [
      'no size',
      'ENCRYPTED PRIVATE KEY',
      '',
      Buffer.from('308030030201', 'hex'),
      'key holds a private key that is damaged',
    ],
    ['only a size', 'ENCRYPTED PRIVATE KEY', '', Buffer.from('3080', 'hex'), 'key holds a private key that is damaged'],
    [
      'an unknown cipher',
      'EC PRIVATE KEY',
      'Proc-Type: 4,ENCRYPTED\nDEK-Info: FOO-128-CBC,00\n\n',
      Buffer.alloc(48),
      'key is encrypted with an algorithm',
    ],
  ])('reports an encrypted key with %s', (_name, label, head, bytes, words) => {
    const pem = `-----BEGIN ${label}-----\n${head}${bytes.toString('base64')}\n-----END ${label}-----\n`;
    expect(inspect({ tls: { cert, key: pem, passphrase } }).problems).toEqual([expect.stringContaining(words)]);
  });

  it('says of a key that was encrypted by an old program how to encrypt it again', () => {
    const legacy = files.legacyKey();
    if (legacy === undefined) return;
    expect(inspect({ tls: { cert, key: legacy, passphrase } }).problems).toEqual([
      expect.stringMatching(
        /^option tls\.key is encrypted with an algorithm that this OpenSSL does not support.*openssl pkcs8 -topk8/,
      ),
    ]);
  });
});

describe('the option httpsAgent', () => {
  const p12 = files.bytes('client.p12');
  const legacy = files.legacyP12();

  it.each<[string, object]>([
    ['a p12', { pfx: p12, passphrase }],
    ['a list', { pfx: [{ buf: p12, passphrase }] }],
    ['a pair', { ca, cert, key }],
    ['nothing', {}],
  ])('is taken with %s', (_name, options) => {
    expect(inspect({ httpsAgent: new Agent(options) })).toEqual({ problems: [], warnings: [] });
  });

  it.each<[string, object | undefined, RegExp]>([
    [
      'an old p12',
      legacy && { pfx: legacy, passphrase },
      /^option httpsAgent: pfx is encrypted with an old algorithm.*-legacy/,
    ],
    [
      'an old p12 with a wrong passphrase',
      legacy && { pfx: legacy, passphrase: 'x' },
      /passphrase does not decrypt pfx|old algorithm/,
    ],
    [
      'a wrong passphrase',
      { pfx: p12, passphrase: 'canary-wrong' },
      /^option httpsAgent: passphrase does not decrypt pfx/,
    ],
    ['no passphrase', { pfx: p12 }, /^option httpsAgent: passphrase is missing: pfx is encrypted/],
    [
      'a cut p12',
      { pfx: p12.subarray(0, 300), passphrase },
      /^option httpsAgent: pfx is not a PKCS#12 file, or is damaged/,
    ],
    ['a p12 read as text', { pfx: files.text('client.p12'), passphrase }, /^option httpsAgent: pfx must be a Buffer/],
    ['a path', { pfx: '/run/secrets/canary.p12', passphrase }, /^option httpsAgent: pfx must be a Buffer/],
    ['PEM as pfx', { pfx: Buffer.from(cert), passphrase }, /^option httpsAgent: pfx is in PEM/],
    ['written \\n', { cert: escaped(cert), key }, /^option httpsAgent: cert has line breaks written as \\n/],
    ["another certificate's key", { cert, key: files.text('other.key') }, /^option httpsAgent: key belongs to another/],
    ['a ca that is none', { ca: 'canary' }, /^option httpsAgent: ca is not PEM/],
  ])('is reported at startup with %s', (_name, options, words) => {
    if (options === undefined) return;
    expect(inspect({ httpsAgent: new Agent(options) }).problems).toEqual([expect.stringMatching(words)]);
  });
});
