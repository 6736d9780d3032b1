import { type CredentialsSource, readCredentials } from '../accounts/credentials-source.js';
import type { RequestToken } from '../oauth/token-endpoint.js';
import type { Clock } from '../token/clock.js';
import type { ObtainToken } from '../token/token-source.js';
import type { ResolvedOptions } from './resolved-options.js';

/** How one account gets a token: ask for its pair, then ask the token endpoint with it. */
export function obtainWith(
  source: CredentialsSource,
  request: RequestToken,
  { clientAuthEncoding: encoding, requestTimeoutMs: timeoutMs }: ResolvedOptions,
  clock: Clock,
  warn: (what: string) => void,
): ObtainToken {
  return async (signal) => {
    const read = await readCredentials(source, { clock, encoding, timeoutMs });
    if (!read.ok) return read;
    const { credentials } = read;
    const client = {
      authorization: credentials.basicHeader(encoding),
      isSecret: (text: string) => credentials.sharesTextWith(text),
      warn,
    };
    return request(client, signal);
  };
}
