import { Agent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { checkAgentTls, checkTls } from './check-tls.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from './options.js';
import type { Problems } from './problems.js';

type Transport = ReturnType<ResolvedOptions['transport']>;

/** How the service is reached: proxy, certificates, agent. Nothing here can turn the check of the server's certificate off. */
export function resolveTransport(options: ContaSimplesAuthOptions, problems: Problems): Transport {
  const { tls, httpsAgent } = options;
  if (tls !== undefined && httpsAgent !== undefined) {
    problems.add('option tls', 'is set together with httpsAgent: give the agent these settings itself');
  }
  if (tls !== undefined) checkTls(tls, problems);
  if (httpsAgent !== undefined) checkAgent(httpsAgent, problems);
  return { proxy: resolveProxy(options.proxy, problems), tls, httpsAgent };
}

function checkAgent(agent: unknown, problems: Problems): void {
  // node:https has its agent from node:http, and so have the agents of other packages.
  if (!(agent instanceof Agent)) {
    problems.add('option httpsAgent', 'must be an Agent of node:https');
    return;
  }
  const { options = {} } = agent as HttpsAgent;
  checkAgentTls(options, problems);
  const { rejectUnauthorized: says } = options;
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
