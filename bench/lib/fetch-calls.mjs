/** The status of a call with `fetch`, after reading its body. `fetch` does not throw for a 401; it is counted as a failure. */
export async function statusOf(response) {
  await response.text();
  return response.status;
}

/**
 * Plain `fetch` with a fixed header and the candidate's other headers, in a function as an application has it: like a client
 * with a base URL and default headers, it adds both to each call. Each async function around `fetch` costs about 1 %.
 */
export function plainFetch(url, more = {}) {
  const { origin, pathname } = new URL(url);
  return (token) => {
    const get = async (path) => {
      const response = await fetch(origin + path, { headers: { Authorization: `Bearer ${token}`, ...more } });
      return response;
    };
    return async () => statusOf(await get(pathname));
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
