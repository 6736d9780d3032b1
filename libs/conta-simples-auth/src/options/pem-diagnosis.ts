import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What a part of the option `tls` must contain. */
export type PemPart = 'certificate' | 'private key';

const LABEL: Readonly<Record<PemPart, RegExp>> = {
  certificate: /^(?:X509 |TRUSTED )?CERTIFICATE$/,
  'private key': /^(?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY$/,
};

/** Names other PEM blocks, and says how to get the right one. */
const OTHER_BLOCKS: readonly (readonly [RegExp, string])[] = [
  [/^OPENSSH PRIVATE KEY$/, 'is a key in the format of OpenSSH: convert it with ssh-keygen -p -m PKCS8 -f <file>'],
  [/PRIVATE KEY$/, 'holds a private key, which belongs in tls.key'],
  [/PUBLIC KEY$/, 'holds a public key: the private key of the certificate is needed'],
  [/CERTIFICATE REQUEST$/, 'holds a certificate request: the certificate that was issued for it is needed'],
  [/^PKCS ?#?7/, 'is a PKCS#7 file: convert it with openssl pkcs7 -print_certs -in <file>'],
  [/CERTIFICATE$/, 'holds a certificate, which belongs in tls.cert'],
];

/** The object identifier of the data in a PKCS#12 file. */
const PKCS7_DATA = Buffer.from('06092a864886f70d010701', 'hex');

/**
 * Why Node could not read a certificate or key, in words that follow the setting's name, with what to do if that is
 * known. Never quotes the content.
 */
export function whyUnreadable(content: string | Buffer, part: PemPart): string {
  const needed = `a ${part} in PEM, with lines "-----BEGIN …" and "-----END …", is needed`;
  if (typeof content !== 'string' && content[0] === 0x30 && !content.includes('-----BEGIN ')) return whyBinary(content);
  const text = content.toString();
  if (text.trim() === '') return 'is empty: give the content of the file';
  if (/^0[\ufffd\u0080-\u0084]/.test(text)) {
    return 'holds binary data that was read as text: read the file without an encoding, or convert it to PEM';
  }
  if (/\0/.test(text)) return 'is encoded in UTF-16: save it as UTF-8';
  const labels = [...text.matchAll(/-----BEGIN ([^-]*)-----/g)].map(([, label = '']) => label);
  if (labels.length === 0) return whyNoBlock(text, needed);
  if (!labels.some((label) => LABEL[part].test(label))) {
    const other = OTHER_BLOCKS.find(([pattern]) => labels.some((label) => pattern.test(label)));
    return other?.[1] ?? `holds something else: ${needed}`;
  }
  return whyDamaged(text, part);
}

function whyBinary(content: Buffer): string {
  if (content.subarray(0, 64).includes(PKCS7_DATA)) {
    return 'is a PKCS#12 file (.p12, .pfx): convert it with openssl pkcs12 -in <file> -nodes, and give cert and key apart';
  }
  if (succeeds(() => new X509Certificate(content))) {
    return 'is a certificate in DER: convert it with openssl x509 -inform der -in <file>';
  }
  const isKey = (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) =>
    succeeds(() => createPrivateKey({ key: content, format: 'der', type })),
  );
  return isKey
    ? 'is a key in DER: convert it with openssl pkey -inform der -in <file>'
    : 'is binary: convert it to PEM (openssl x509, pkey or pkcs12)';
}

function whyNoBlock(text: string, needed: string): string {
  const trimmed = text.trim();
  if (/-----END /.test(text)) return 'lacks its line "-----BEGIN …": it was cut off at the start, copy it again';
  if (
    /^[\w~./\\: -]{1,255}$/.test(trimmed) &&
    /[/\\]|\.(?:pem|crt|cer|key|p12|pfx|der)$/i.test(trimmed) &&
    !/\n/.test(trimmed)
  )
    return 'is a path, not the content of the file: read it with fs.readFileSync()';
  if (/^[\w+/=\s-]+$/.test(trimmed)) {
    const decoded = Buffer.from(trimmed, 'base64');
    if (decoded.includes('-----BEGIN ')) return "is encoded in base64: decode it with Buffer.from(value, 'base64')";
    if (decoded[0] === 0x30) return 'lacks its lines "-----BEGIN …" and "-----END …": add them';
  }
  return `is not PEM: ${needed}`;
}

function whyDamaged(text: string, part: PemPart): string {
  if (/\\r?\\n|\\n/.test(text)) {
    return "has line breaks written as \\n: replace them, value.replaceAll('\\\\n', '\\n')";
  }
  if (/^[^\S\r\n]+-----BEGIN /m.test(text)) return 'has spaces or tabs at the start of its lines: remove them';
  if (!/-----END [^-]*-----/.test(text)) return 'lacks its line "-----END …": it was cut off at the end, copy it again';
  if (!/\n/.test(text) || /-----BEGIN [^-]*-----[^\r\n]*[^\s]/.test(text)) {
    return 'has lost its line breaks: put "-----BEGIN …-----" and "-----END …-----" on separate lines';
  }
  return `holds a ${part} that is damaged or incomplete: copy it again`;
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
