import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The demo has no login: it shows balances and takes orders from this machine only. Any page in a browser on this machine
 * can send requests here, and a page whose name is made to resolve to this machine (DNS rebinding) can read the answers as
 * well. So every request has to name this machine in `Host`, and one that a browser sends for a page has to be of the
 * demo's own page.
 *
 * @param names further names that the demo may be called by: `DEMO_HOSTS`, separated by commas
 */
export function ownCallersOnly(names: string | undefined) {
  const further = (names ?? '').split(',').map((name) => name.trim().toLowerCase());
  const hosts = new Set([...LOOPBACK, ...further.filter((name) => name !== '')]);
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const refusal = refusalOf(request, hosts);
    if (refusal === undefined) {
      next();
      return;
    }
    const [statusCode, message] = refusal;
    response.writeHead(statusCode, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ statusCode, message }));
  };
}

type Refusal = readonly [status: number, message: string];

function refusalOf({ method = '', headers }: IncomingMessage, hosts: ReadonlySet<string>): Refusal | undefined {
  const name = /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i
    .exec(headers.host ?? '')?.[1]
    ?.toLowerCase()
    .replace(/\.$/, '');
  if (name === undefined || !hosts.has(name)) {
    return [403, 'The demo answers to names of this machine only; list further ones in DEMO_HOSTS'];
  }
  if (!isOfOwnPage(method, headers)) return [403, 'The demo answers its own page only'];
  // A page of another site can send other types without asking first.
  if (hasBody(headers) && !/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    return [415, 'The demo takes bodies of the type application/json only'];
  }
  return undefined;
}

function isOfOwnPage(method: string, headers: IncomingHttpHeaders): boolean {
  const { host, origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (origin !== undefined && origin.replace(/^https?:\/\//, '').toLowerCase() !== host?.toLowerCase()) return false;
  // `none`: typed into the address bar.
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  // A link that leads here; the page that has it cannot read the answer.
  return method === 'GET' && mode === 'navigate';
}

function hasBody({ 'content-length': length = '0', 'transfer-encoding': encoding }: IncomingHttpHeaders): boolean {
  return encoding !== undefined || Number(length) !== 0;
}
