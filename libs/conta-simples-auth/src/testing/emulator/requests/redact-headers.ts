import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const SECRET_HEADER = /authorization|cookie|key|secret|token/;
/** Only well-known schemes are shown: the first word of a malformed header could be the secret itself. */
const SCHEME = /^(basic|bearer|dpop|digest) /i;

/** The headers of a request with everything that may be a credential replaced by a fingerprint. */
export function redactHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    return [name, SECRET_HEADER.test(name) ? redact(text) : text];
  });
  return Object.fromEntries(entries);
}

function redact(value: string): string {
  const scheme = SCHEME.exec(value)?.[0] ?? '';
  const fingerprint = createHash('sha256').update(value.slice(scheme.length)).digest('hex').slice(0, 12);
  return `${scheme}sha256:${fingerprint}`;
}
