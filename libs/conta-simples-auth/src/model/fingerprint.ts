import { createHash } from 'node:crypto';

/** What a secret prints as: enough to tell two apart in a log, nothing to use or to guess it from. */
export function fingerprint(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest().toString('hex', 0, 6)}`;
}
