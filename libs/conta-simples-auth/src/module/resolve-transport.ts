import { X509Certificate } from 'node:crypto';
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
    return;
  }
  const { ca } = tls as NonNullable<ContaSimplesAuthOptions['tls']>;
  // Node passes over what is no certificate, and then trusts nobody: every request would fail.
  if (ca !== undefined && !holdsCertificates([ca].flat())) {
    problems.add('option tls.ca', 'holds something else than certificates in PEM, with line breaks of their own');
  }
}

function holdsCertificates(list: readonly (string | Buffer)[]): boolean {
  try {
    // It takes DER as well, which no connection of Node does.
    return list.length > 0 && list.every((one) => new X509Certificate(one) && String(one).includes('-----BEGIN '));
  } catch {
    return false;
  }
}

function checkAgent(agent: unknown, problems: Problems): void {
  // node:https has its agent from node:http, and so have the agents of other packages.
  if (!(agent instanceof Agent)) {
    problems.add('option httpsAgent', 'must be an Agent of node:https');
    return;
  }
  const { rejectUnauthorized: says } = (agent as HttpsAgent).options ?? {};
  if (says === false) {
    problems.add(
      'option httpsAgent',
      'must check certificates: drop rejectUnauthorized: false, and give it a `ca` instead',
    );
  } else if (says !== true && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    problems.add(
      'option httpsAgent',
      'must check certificates: remove NODE_TLS_REJECT_UNAUTHORIZED=0, or give the agent rejectUnauthorized: true',
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
