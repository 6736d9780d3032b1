import { ConfidentialClientApplication, ProtocolMode } from '@azure/msal-node';
import { accountsOf } from '../lib/accounts.mjs';
import { axiosWithToken } from '../lib/axios-client.mjs';
import { TOKEN_PATH } from '../lib/context.mjs';

export const about = {
  name: '@azure/msal-node',
  packages: ['@azure/msal-node'],
  how: '`acquireTokenByClientCredential` in OIDC mode with custom `authorityMetadata` (it sends the secret in the body), in an axios interceptor',
  fixedWindowMs: 300_000,
};

const REQUEST = { scopes: ['api'] };

function applicationFor({ origin }, { key, secret }) {
  const { host } = new URL(origin);
  const authorityMetadata = JSON.stringify({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: origin + TOKEN_PATH,
    jwks_uri: `${origin}/jwks`,
  });
  return new ConfidentialClientApplication({
    auth: {
      clientId: key,
      clientSecret: secret,
      authority: `https://${host}/oauth`,
      knownAuthorities: [host],
      authorityMetadata,
    },
    system: { protocolMode: ProtocolMode.OIDC },
  });
}

export function openAccounts(context, count) {
  const token = accountsOf(count, (credentials) => {
    const application = applicationFor(context, credentials);
    return () => application.acquireTokenByClientCredential(REQUEST);
  });
  return { token, close: () => undefined };
}

export function open(context) {
  const application = applicationFor(context, context.credentials);
  const token = () => application.acquireTokenByClientCredential(REQUEST);
  return { token, ...axiosWithToken(context, async () => (await token()).accessToken) };
}
