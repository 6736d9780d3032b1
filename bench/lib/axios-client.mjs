import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import axios from 'axios';
import { RESOURCE_PATH, TOKEN_PATH } from './context.mjs';

/** The same axios for all candidates: keep-alive, without a proxy. */
export function axiosFor({ origin }, more = {}) {
  const httpAgent = new Agent({ keepAlive: true, ...more });
  const instance = axios.create({ baseURL: origin, httpAgent, proxy: false });
  return { instance, close: () => httpAgent.destroy() };
}

/** The same over https, through a proxy if there is one. */
export function secureAxiosFor({ secureOrigin, ca, proxyPort }) {
  const httpsAgent = new SecureAgent({ keepAlive: true, ca });
  const proxy = proxyPort === undefined ? false : { protocol: 'http', host: '127.0.0.1', port: proxyPort };
  const instance = axios.create({ baseURL: secureOrigin, httpsAgent, proxy });
  return { instance, close: () => httpsAgent.destroy() };
}

/** A plain token request with axios. */
export async function postForToken(instance, { key, secret }) {
  const { data } = await instance.post(TOKEN_PATH, 'grant_type=client_credentials', {
    auth: { username: key, password: secret },
  });
  return data;
}

/** The call of a client, and the call of the same client with a fixed header. */
export function axiosCalls(instance, plainInstance) {
  return {
    through: async () => (await instance.get(RESOURCE_PATH)).status,
    plainWith: (token) => {
      const config = { headers: { Authorization: `Bearer ${token}` } };
      return async () => (await plainInstance.get(RESOURCE_PATH, config)).status;
    },
  };
}

/** Sets the token in an axios interceptor, for candidates that return a token but have no client. */
export function axiosWithToken(context, getToken) {
  const guarded = axiosFor(context);
  const plain = axiosFor(context);
  guarded.instance.interceptors.request.use(async (config) => {
    config.headers.Authorization = `Bearer ${await getToken()}`;
    return config;
  });
  return {
    calls: [{ name: 'axios', ...axiosCalls(guarded.instance, plain.instance) }],
    close: () => {
      guarded.close();
      plain.close();
    },
  };
}
