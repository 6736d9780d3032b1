import type { InternalAxiosRequestConfig } from 'axios';
import type { FakeContaSimplesTokenService } from './fake-token.service.js';

/** Puts the token on a request of axios, unless the call opted out of it or has credentials of its own. */
export async function addBearer(
  config: InternalAxiosRequestConfig,
  tokens: FakeContaSimplesTokenService,
  account: string | undefined,
): Promise<void> {
  if (config.contaSimplesAuth === false || config.auth || config.headers.has('Authorization')) return;
  config.headers.set('Authorization', `Bearer ${await tokens.getAccessToken(account)}`);
}
