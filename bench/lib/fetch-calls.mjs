/** The status of a call by `fetch`, its body read. A 401 is an answer to `fetch`, and a failure to whoever called. */
export async function statusOf(response) {
  await response.text();
  return response.status;
}

/** The bare `fetch` with a header typed in, and with whatever else the candidate sends. */
export function plainFetch(url, more = {}) {
  return (token) => {
    const init = { headers: { Authorization: `Bearer ${token}`, ...more } };
    return async () => statusOf(await fetch(url, init));
  };
}

/** One token request as anybody would write it with `fetch`. */
export async function fetchToken(tokenUrl, { key, secret }) {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  if (!response.ok) throw new Error(`The token endpoint answered ${response.status}`);
  return response.json();
}
