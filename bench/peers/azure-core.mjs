// Its policy caches and refreshes the token. The token request belongs to a credential; the existing credentials support
// only Entra ID, so this one is hand-written.
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  tlsPolicy,
} from '@azure/core-rest-pipeline';
import { accountsOf } from '../lib/accounts.mjs';
import { RESOURCE_PATH } from '../lib/context.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';

export const about = {
  name: '@azure/core-rest-pipeline',
  packages: ['@azure/core-rest-pipeline'],
  how: '`bearerTokenAuthenticationPolicy` over https, with a credential written by hand; its token is measured through a pipeline that sends nothing',
  fixedWindowMs: 120_000,
};

function pipelineFor({ tokenUrl }, credentials) {
  const credential = {
    async getToken() {
      const { access_token, expires_in } = await fetchToken(tokenUrl, credentials);
      return { token: access_token, expiresOnTimestamp: Date.now() + expires_in * 1_000 };
    },
  };
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: 'api' }));
  return pipeline;
}

/** The cheapest access to its token: the policy runs, and a fake client answers at once. */
function tokenThrough(pipeline, url) {
  const silent = { sendRequest: async (request) => ({ request, status: 200, headers: createHttpHeaders() }) };
  const request = createPipelineRequest({ url });
  return () => pipeline.sendRequest(silent, request);
}

export function openAccounts(context, count) {
  const url = context.secureOrigin + RESOURCE_PATH;
  const token = accountsOf(count, (credentials) => tokenThrough(pipelineFor(context, credentials), url));
  return { token, close: () => undefined };
}

export function open(context) {
  const url = context.secureOrigin + RESOURCE_PATH;
  const client = createDefaultHttpClient();
  const guarded = pipelineFor(context, context.credentials);
  const bare = createEmptyPipeline();
  for (const pipeline of [guarded, bare]) pipeline.addPolicy(tlsPolicy({ ca: context.ca }));
  const send = async (pipeline, options) => {
    const { status } = await pipeline.sendRequest(client, createPipelineRequest({ url, ...options }));
    return status;
  };
  return {
    token: tokenThrough(guarded, url),
    calls: [
      {
        name: 'its pipeline, https',
        through: () => send(guarded),
        plainWith: (token) => () => send(bare, { headers: createHttpHeaders({ Authorization: `Bearer ${token}` }) }),
      },
    ],
    close: () => undefined,
  };
}
