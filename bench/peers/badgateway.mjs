import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import { accountsOf } from '../lib/accounts.mjs';
import { TOKEN_PATH } from '../lib/context.mjs';
import { plainFetch, statusOf } from '../lib/fetch-calls.mjs';

export const about = {
  name: '@badgateway/oauth2-client',
  packages: ['@badgateway/oauth2-client'],
  how: '`OAuth2Fetch` with `clientCredentials()` as `getNewToken`',
};

function wrapperFor({ origin }, { key, secret }) {
  const client = new OAuth2Client({ server: origin, clientId: key, clientSecret: secret, tokenEndpoint: TOKEN_PATH });
  return new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() });
}

export function openAccounts(context, count) {
  const token = accountsOf(count, (credentials) => {
    const wrapper = wrapperFor(context, credentials);
    return () => wrapper.getAccessToken();
  });
  return { token, close: () => undefined };
}

export function open(context) {
  const { resourceUrl } = context;
  const wrapper = wrapperFor(context, context.credentials);
  return {
    token: () => wrapper.getAccessToken(),
    calls: [
      {
        name: 'fetch',
        through: async () => statusOf(await wrapper.fetch(resourceUrl)),
        plainWith: plainFetch(resourceUrl),
      },
    ],
    close: () => undefined,
  };
}
