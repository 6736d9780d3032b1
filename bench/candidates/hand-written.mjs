// A good hand-written cache: an expiry check, and one shared promise for concurrent callers.
import { accountsOf } from '../lib/accounts.mjs';
import { axiosFor, axiosWithToken, postForToken } from '../lib/axios-client.mjs';

export const about = {
  name: 'hand-written cache',
  packages: ['axios'],
  how: 'an expiry check with a margin and a shared promise, in an axios interceptor',
};

export function tokenSource({ instance, marginMs, credentials }) {
  let token;
  let validUntil = 0;
  let pending;
  const renew = async () => {
    const { access_token, expires_in } = await postForToken(instance, credentials);
    token = access_token;
    validUntil = Date.now() + expires_in * 1_000 - marginMs;
    return token;
  };
  return async () => {
    if (Date.now() < validUntil) return token;
    pending ??= renew().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}

export function openAccounts(context, count) {
  const { instance, close } = axiosFor(context);
  const token = accountsOf(count, (credentials) => tokenSource({ ...context, instance, credentials }));
  return { token, close };
}

export function open(context) {
  const forTokens = axiosFor(context);
  const token = tokenSource({ ...context, instance: forTokens.instance });
  const { calls, close } = axiosWithToken(context, token);
  return {
    token,
    calls,
    close: () => {
      forTokens.close();
      close();
    },
  };
}
