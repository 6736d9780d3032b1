const beside = (path) => new URL(path, import.meta.url);

/** In the order of the tables. The peers' files are beside their `package.json`, so that they find its packages. */
const FILES = new Map([
  ['ours', beside('../candidates/ours.mjs')],
  ['hard-coded', beside('../candidates/hard-coded.mjs')],
  ['hand-written', beside('../candidates/hand-written.mjs')],
  ['axios-auth-refresh', beside('../peers/axios-auth-refresh.mjs')],
  ['axios-oauth-client', beside('../peers/axios-oauth-client.mjs')],
  ['azure-core', beside('../peers/azure-core.mjs')],
  ['badgateway', beside('../peers/badgateway.mjs')],
  ['google-auth', beside('../peers/google-auth.mjs')],
  ['msal-node', beside('../peers/msal-node.mjs')],
  ['openid-client', beside('../peers/openid-client.mjs')],
  ['simple-oauth2', beside('../peers/simple-oauth2.mjs')],
  ['nest-alone', beside('../candidates/nest-alone.mjs')],
]);

/** Not a candidate; only for comparison in the start scenario. */
const ONLY_STARTED = 'nest-alone';

export const candidateNames = [...FILES.keys()].filter((name) => name !== ONLY_STARTED);
export const startedNames = [...FILES.keys()];

/** Where a candidate is loaded from. */
export const fileOf = (name) => FILES.get(name).href;
