import { ClientCredentials } from 'simple-oauth2';
import { accountsOf } from '../lib/accounts.mjs';
import { axiosWithToken } from '../lib/axios-client.mjs';
import { TOKEN_PATH } from '../lib/context.mjs';

export const about = {
  name: 'simple-oauth2',
  packages: ['simple-oauth2'],
  how: '`getToken()` according to `expired()`, in an axios interceptor',
};

function tokenSource({ origin, marginMs }, { key, secret }) {
  const client = new ClientCredentials({
    client: { id: key, secret },
    auth: { tokenHost: origin, tokenPath: TOKEN_PATH },
  });
  const windowSeconds = marginMs / 1_000;
  let accessToken;
  return async () => {
    if (accessToken === undefined || accessToken.expired(windowSeconds)) accessToken = await client.getToken({});
    return accessToken.token.access_token;
  };
}

export function openAccounts(context, count) {
  const token = accountsOf(count, (credentials) => tokenSource(context, credentials));
  return { token, close: () => undefined };
}

export function open(context) {
  const token = tokenSource(context, context.credentials);
  return { token, ...axiosWithToken(context, token) };
}
