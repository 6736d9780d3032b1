import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The demo has no login, so it accepts requests only from this machine. Any page in a browser on this machine can send
 * requests to it, and a page whose name resolves to this machine (DNS rebinding) can also read the answers. So `Host` must
 * name this machine, and a request that a browser sends for a page must come from the demo's own page.
 *
 * @param names further host names that the demo accepts: `DEMO_HOSTS`, separated by commas
 */
export function ownCallersOnly(names: string | undefined) {
  const further = (names ?? '').split(',').map((name) => name.trim().toLowerCase());
  const hosts = new Set([...LOOPBACK, ...further.filter((name) => name !== '')]);
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const rejection = rejectionOf(request, hosts);
    if (rejection === undefined) {
      next();
      return;
    }
    const [statusCode, message] = rejection;
    response.writeHead(statusCode, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ statusCode, message }));
  };
}

type Rejection = readonly [status: number, message: string];

function rejectionOf({ method = '', headers }: IncomingMessage, hosts: ReadonlySet<string>): Rejection | undefined {
  const name = /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i
    .exec(headers.host ?? '')?.[1]
    ?.toLowerCase()
    .replace(/\.$/, '');
  if (name === undefined || !hosts.has(name)) {
    return [403, 'The demo answers to names of this machine only; list further ones in DEMO_HOSTS'];
  }
  if (!isOfOwnPage(method, headers)) return [403, 'The demo answers its own page only'];
  // A page of another site can send other types without a CORS preflight.
  if (hasBody(headers) && !/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    return [415, 'The demo takes bodies of the type application/json only'];
  }
  return undefined;
}

function isOfOwnPage(method: string, headers: IncomingHttpHeaders): boolean {
  const { host, origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (origin !== undefined && origin.replace(/^https?:\/\//, '').toLowerCase() !== host?.toLowerCase()) return false;
  // `none`: the user typed the address.
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  // A link to the demo; the page with the link cannot read the answer.
  return method === 'GET' && mode === 'navigate';
}

function hasBody({ 'content-length': length = '0', 'transfer-encoding': encoding }: IncomingHttpHeaders): boolean {
  return encoding !== undefined || Number(length) !== 0;
}
