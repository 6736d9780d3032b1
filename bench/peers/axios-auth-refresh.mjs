// A 401 makes it run a function of one's own, which is where the token request is written.
import { createAuthRefresh } from 'axios-auth-refresh';
import { axiosCalls, axiosFor, postForToken } from '../lib/axios-client.mjs';

export const about = {
  name: 'axios-auth-refresh',
  packages: ['axios-auth-refresh'],
  how: 'its interceptor, with the token request as the refresh logic',
  lacks: 'it hands out no token; it acts on a 401',
};

/** Where all cold callers call at once, an application would not let them open a socket each. */
const MAX_SOCKETS = 256;

export function open(context) {
  const forTokens = axiosFor(context);
  const guarded = axiosFor(context, { maxSockets: MAX_SOCKETS });
  const plain = axiosFor(context);
  let token;
  guarded.instance.interceptors.request.use((request) => {
    request.headers.Authorization = `Bearer ${token}`;
    return request;
  });
  createAuthRefresh(guarded.instance, async (failedRequest) => {
    ({ access_token: token } = await postForToken(forTokens.instance, context.credentials));
    failedRequest.response.config.headers.Authorization = `Bearer ${token}`;
  });
  return {
    calls: [{ name: 'axios', ...axiosCalls(guarded.instance, plain.instance) }],
    close: () => {
      for (const { close } of [forTokens, guarded, plain]) close();
    },
  };
}
