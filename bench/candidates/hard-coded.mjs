// The floor: a header that somebody typed in. It never asks for a token, and never notices that one has ended.
import { axiosCalls, axiosFor } from '../lib/axios-client.mjs';
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
