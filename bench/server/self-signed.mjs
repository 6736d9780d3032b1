import { readFileSync } from 'node:fs';

// The certificate of the tests.
const source = readFileSync(new URL('../../test/support/self-signed.ts', import.meta.url), 'utf8');

function block(name) {
  const found = source.match(new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----`));
  if (found === null) throw new Error(`test/support/self-signed.ts contains no ${name}`);
  return found[0];
}

export const selfSigned = { cert: block('CERTIFICATE'), key: block('PRIVATE KEY') };
