// It caches no token; this cache uses its `expiresIn()`.
import * as client from 'openid-client';
import { accountsOf } from '../lib/accounts.mjs';
import { plainFetch, statusOf } from '../lib/fetch-calls.mjs';

export const about = {
  name: 'openid-client',
  packages: ['openid-client'],
  how: '`clientCredentialsGrant` and `fetchProtectedResource`; it caches no token, so one is cached by hand according to `expiresIn()`',
};

function tokenSource({ origin, tokenUrl, marginMs }, { key, secret }) {
  const metadata = { issuer: origin, token_endpoint: tokenUrl };
  const config = new client.Configuration(metadata, key, undefined, client.ClientSecretBasic(secret));
  client.allowInsecureRequests(config);
  let tokens;
  const token = async () => {
    if (tokens === undefined || tokens.expiresIn() * 1_000 <= marginMs) {
      tokens = await client.clientCredentialsGrant(config);
    }
    return tokens.access_token;
  };
  return { config, token };
}

export function openAccounts(context, count) {
  const token = accountsOf(count, (credentials) => tokenSource(context, credentials).token);
  return { token, close: () => undefined };
}

export function open(context) {
  const url = new URL(context.resourceUrl);
  const { config, token } = tokenSource(context, context.credentials);
  return {
    token,
    calls: [
      {
        name: 'fetch',
        through: async () => statusOf(await client.fetchProtectedResource(config, await token(), url, 'GET')),
        plainWith: plainFetch(context.resourceUrl),
      },
    ],
    close: () => undefined,
  };
}
