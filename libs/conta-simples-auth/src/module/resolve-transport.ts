import { Agent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { ContaSimplesAuthOptions } from './options.js';
import type { Problems } from './problems.js';
import type { ResolvedOptions } from './resolved-options.js';

type Transport = ReturnType<ResolvedOptions['transport']>;

const TLS_NAMES: ReadonlySet<string> = new Set<keyof NonNullable<ContaSimplesAuthOptions['tls']>>([
  'ca',
  'cert',
  'key',
  'passphrase',
]);

/** The way to the service: proxy, certificates, agent. Nothing here can turn the check of the server's certificate off. */
export function resolveTransport(options: ContaSimplesAuthOptions, problems: Problems): Transport {
  const { tls, httpsAgent } = options;
  if (tls !== undefined && httpsAgent !== undefined) {
    problems.add('option tls', 'is set together with httpsAgent: give the agent these settings itself');
  }
  if (tls !== undefined) checkTls(tls, problems);
  if (httpsAgent !== undefined) checkAgent(httpsAgent, problems);
  return { proxy: resolveProxy(options.proxy, problems), tls, httpsAgent };
}

function checkTls(tls: unknown, problems: Problems): void {
  if (typeof tls !== 'object' || tls === null) {
    problems.add('option tls', 'must be an object');
    return;
  }
  const known = Object.entries(tls).filter(([name]) => {
    if (!TLS_NAMES.has(name)) problems.add(`option tls.${name}`, 'does not exist');
    return TLS_NAMES.has(name);
  });
  try {
    createSecureContext(Object.fromEntries(known) as SecureContextOptions);
  } catch {
    // OpenSSL's messages may quote what it was given.
    problems.add('option tls', 'holds a certificate, key or passphrase that Node cannot use');
  }
}

function checkAgent(agent: unknown, problems: Problems): void {
  // node:https has its agent from node:http, and so have the agents of other packages.
  if (!(agent instanceof Agent)) problems.add('option httpsAgent', 'must be an Agent of node:https');
  else if ((agent as HttpsAgent).options?.rejectUnauthorized === false) {
    problems.add(
      'option httpsAgent',
      'must check certificates: drop rejectUnauthorized: false, and give it a `ca` instead',
    );
  }
}

function resolveProxy(proxy: ContaSimplesAuthOptions['proxy'], problems: Problems): URL | false | undefined {
  if (proxy === undefined || proxy === 'env') return undefined;
  if (proxy === false) return false;
  const url = typeof proxy === 'string' && URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  problems.add('option proxy', "must be 'env', false, or an http or https URL");
  return undefined;
}
