// The baseline: a fixed header. It never requests a token and does not notice when the token expires.
import { axiosCalls, axiosFor, secureAxiosFor } from '../lib/axios-client.mjs';
import { fetchToken } from '../lib/fetch-calls.mjs';

export const about = {
  name: 'hard-coded header',
  packages: ['axios'],
  how: 'axios with an Authorization header set once',
};

export async function open(context) {
  const { access_token } = context.offline
    ? { access_token: 'none' }
    : await fetchToken(context.tokenUrl, context.credentials);
  const guarded = axiosFor(context);
  const plain = axiosFor(context);
  guarded.instance.defaults.headers.common.Authorization = `Bearer ${access_token}`;
  return {
    token: () => access_token,
    calls: [{ name: 'axios', ...axiosCalls(guarded.instance, plain.instance) }],
    close: () => {
      guarded.close();
      plain.close();
    },
  };
}

/** Over https, and through a proxy if the context has one. */
export async function openSecure(context) {
  const { access_token } = await fetchToken(context.tokenUrl, context.credentials);
  const guarded = secureAxiosFor(context);
  const plain = secureAxiosFor(context);
  guarded.instance.defaults.headers.common.Authorization = `Bearer ${access_token}`;
  return { calls: [{ name: 'axios', ...axiosCalls(guarded.instance, plain.instance) }] };
}

export async function openUploads(context) {
  const { access_token } = await fetchToken(context.tokenUrl, context.credentials);
  const { instance } = axiosFor(context);
  instance.defaults.headers.common.Authorization = `Bearer ${access_token}`;
  return { instances: [{ name: 'axios', axios: instance }], plain: axiosFor(context).instance };
}
