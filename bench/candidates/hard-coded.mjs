// The floor: a header that somebody typed in. It never asks for a token, and never notices that one has ended.
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

/** Over https, and through a proxy where the context names one. */
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
