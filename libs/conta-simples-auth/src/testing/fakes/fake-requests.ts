import type { InternalAxiosRequestConfig } from 'axios';

/**
 * Answers the requests of a fake, such as `() => Response.json({ amount: 12.5 })`. The request has a full URL and, unless
 * the call opted out of it, the token of its account.
 *
 * @publicApi
 */
export type FakeFetch = (request: Request) => Response | Promise<Response>;

/** What relative URLs are relative to; `.test` does not resolve. */
export const FAKE_BASE_URL = 'https://api.contasimples.test';

/** The answer of a fake that was made without one. */
export const noAnswer: FakeFetch = ({ method, url }) => {
  // No TypeError: axios makes a bare "Network Error" of one that names fetch.
  throw new Error(`This fake has no answer to ${method} ${url}: pass a function as its option \`fetch\``);
};

/** Puts the token on a request of axios, unless the call opted out of it or has credentials of its own. */
export async function addBearer(
  config: InternalAxiosRequestConfig,
  tokens: { getAccessToken(account?: string): Promise<string> },
  account: string | undefined,
): Promise<void> {
  if (config.contaSimplesAuth === false || config.auth || config.headers.has('Authorization')) return;
  config.headers.set('Authorization', `Bearer ${await tokens.getAccessToken(account)}`);
}
