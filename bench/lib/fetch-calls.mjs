/** The status of a call with `fetch`, after reading its body. `fetch` does not throw for a 401; it is counted as a failure. */
export async function statusOf(response) {
  await response.text();
  return response.status;
}

/** Plain `fetch` with a fixed header and the candidate's other headers. */
export function plainFetch(url, more = {}) {
  return (token) => {
    const init = { headers: { Authorization: `Bearer ${token}`, ...more } };
    return async () => statusOf(await fetch(url, init));
  };
}

/** A plain token request with `fetch`. */
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
