import type { InternalAxiosRequestConfig } from 'axios';

/**
 * Answers the requests of a fake, such as `() => Response.json({ amount: 12.5 })`. The request has an absolute URL and,
 * unless the call opted out, the token of its account.
 *
 * @publicApi
 */
export type FakeFetch = (request: Request) => Response | Promise<Response>;

/** The base of relative URLs; `.test` does not resolve. */
export const FAKE_BASE_URL = 'https://api.contasimples.test';

/** The default `fetch` of a fake. */
export const noAnswer: FakeFetch = ({ method, url }) => {
  // Not a TypeError: axios replaces one that mentions fetch by a bare "Network Error".
  throw new Error(`This fake has no answer to ${method} ${url}: pass a function as its option \`fetch\``);
};

/** Sets the token on an axios request, unless the call opted out or sets its own credentials. */
export async function addBearer(
  config: InternalAxiosRequestConfig,
  tokens: { getAccessToken(account?: string): Promise<string> },
  account: string | undefined,
): Promise<void> {
  if (config.contaSimplesAuth === false || config.auth || config.headers.has('Authorization')) return;
  config.headers.set('Authorization', `Bearer ${await tokens.getAccessToken(account)}`);
}
