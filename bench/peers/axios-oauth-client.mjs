import { clientCredentials } from 'axios-oauth-client';
import tokenProvider from 'axios-token-interceptor';
import { accountsOf } from '../lib/accounts.mjs';
import { axiosCalls, axiosFor } from '../lib/axios-client.mjs';

export const about = {
  name: 'axios-oauth-client, axios-token-interceptor',
  packages: ['axios-oauth-client', 'axios-token-interceptor'],
  how: '`clientCredentials` inside `tokenCache`, with the maximum age taken from `expires_in`',
};

function tokenCache({ tokenUrl }, instance, { key, secret }) {
  const getClientCredentials = clientCredentials(instance, tokenUrl, key, secret);
  return tokenProvider.tokenCache(() => getClientCredentials(), { getMaxAge: (body) => body.expires_in * 1_000 });
}

export function openAccounts(context, count) {
  const { instance, close } = axiosFor(context);
  const token = accountsOf(count, (credentials) => tokenCache(context, instance, credentials));
  return { token, close };
}

export function open(context) {
  const forTokens = axiosFor(context);
  const guarded = axiosFor(context);
  const plain = axiosFor(context);
  const getToken = tokenCache(context, forTokens.instance, context.credentials);
  const headerFormatter = (body) => `Bearer ${body.access_token}`;
  guarded.instance.interceptors.request.use(tokenProvider({ getToken, headerFormatter }));
  return {
    token: getToken,
    calls: [{ name: 'axios', ...axiosCalls(guarded.instance, plain.instance) }],
    close: () => {
      for (const { close } of [forTokens, guarded, plain]) close();
    },
  };
}
