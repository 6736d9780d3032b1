import https from 'node:https';
import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';

/**
 * Whether Node checks no certificate unless told to. Read for each request that leaves it open: an application may set
 * the variable at any time, and connections obey it from then on.
 */
export function uncheckedByEnvironment(): string | undefined {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return undefined;
  return (
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off; remove it, and trust a private CA by ' +
    '`tls: { ca }` (ContaSimplesHttpService) or NODE_EXTRA_CA_CERTS'
  );
}

const BY_AGENT =
  'its httpsAgent or http2Options have rejectUnauthorized: false, so that the certificate would not be checked; remove ' +
  'that, and trust a private CA by a `ca` of theirs or NODE_EXTRA_CA_CERTS';

/**
 * Why the certificate of the server would not be checked, and what to do; `undefined` if it will be. `ownAgent` is that
 * of requests which name none, where it is not Node's global one.
 */
export function uncheckedTls(
  config: InternalAxiosRequestConfig,
  inner: AxiosAdapter,
  ownAgent: object | undefined,
): string | undefined {
  const agent: unknown = config.httpsAgent ?? ownAgent ?? https.globalAgent;
  const decides = Number(config.httpVersion) === 2 ? config.http2Options : field(agent, 'options');
  const says = field(decides, 'rejectUnauthorized');
  if (says === false) return BY_AGENT;
  // Only the http adapter of axios is known to use the agent: the one that goes through `fetch` does not.
  const isAgentUsed = ownAgent !== undefined || field(inner, 'adapterName') === 'http';
  return says === true && isAgentUsed ? undefined : uncheckedByEnvironment();
}

function field(object: unknown, name: string): unknown {
  return (object as Record<string, unknown> | null | undefined)?.[name];
}
