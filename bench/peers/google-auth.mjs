// It has no client-credentials grant; a refresh handler is its documented method for other tokens.
import { gaxios, OAuth2Client } from 'google-auth-library';
import { accountsOf } from '../lib/accounts.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';

export const about = {
  name: 'google-auth-library',
  packages: ['google-auth-library'],
  how: '`OAuth2Client` with a `refreshHandler` that makes the token request (it has no client-credentials grant) and `forceRefreshOnFailure`',
};

function clientFor({ tokenUrl, marginMs }, credentials) {
  const client = new OAuth2Client({ eagerRefreshThresholdMillis: marginMs, forceRefreshOnFailure: true });
  client.refreshHandler = async () => {
    const { access_token, expires_in } = await fetchToken(tokenUrl, credentials);
    return { access_token, expiry_date: Date.now() + expires_in * 1_000 };
  };
  return client;
}

export function openAccounts(context, count) {
  const token = accountsOf(count, (credentials) => {
    const client = clientFor(context, credentials);
    return () => client.getAccessToken();
  });
  return { token, close: () => undefined };
}

export function open(context) {
  const { resourceUrl: url } = context;
  const client = clientFor(context, context.credentials);
  const bare = new gaxios.Gaxios();
  return {
    token: () => client.getAccessToken(),
    calls: [
      {
        name: 'its own (gaxios)',
        through: async () => (await client.request({ url })).status,
        plainWith: (token) => {
          const headers = { Authorization: `Bearer ${token}` };
          return async () => (await bare.request({ url, headers })).status;
        },
      },
    ],
    close: () => undefined,
  };
}
