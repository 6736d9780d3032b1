// On a 401 it calls a user function, which makes the token request.
import { createAuthRefresh } from 'axios-auth-refresh';
import { axiosCalls, axiosFor, postForToken } from '../lib/axios-client.mjs';

export const about = {
  name: 'axios-auth-refresh',
  packages: ['axios-auth-refresh'],
  how: 'its interceptor, with the token request as the refresh logic',
  lacks: 'it returns no token; it acts on a 401',
};

/** With many callers at once, an application would limit the number of sockets. */
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
