import { Agent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { ContaSimplesTelemetry } from '../observability/telemetry.js';
import type { TokenStore } from '../store/token-store.js';
import { checkAgentTls, checkTls } from './check-tls.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from './options.js';
import type { Problems } from './problems.js';

/** Checks the store: its methods, and settings with which a fleet makes one token request and not several. */
export function resolveStore(
  { store }: ContaSimplesAuthOptions,
  requestTimeoutMs: number,
  problems: Problems,
): TokenStore | undefined {
  if (store === undefined) return undefined;
  const given = snapshot(store);
  if (given === undefined) {
    problems.add('option store', 'must be a token store, such as redisTokenStore(client)');
    return undefined;
  }
  for (const method of ['get', 'set', 'ttlMs'] as const) {
    if (typeof given[method] !== 'function') problems.add('option store', `must have a method ${method}()`);
  }
  const { keyPrefix, leaseMs, commandTimeoutMs } = given;
  if (keyPrefix !== undefined && (typeof keyPrefix !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(keyPrefix))) {
    problems.add('keyPrefix of the store', 'must be 1 to 100 visible ASCII characters');
  }
  if (commandTimeoutMs !== undefined && !isBetween(commandTimeoutMs, 10, 10_000)) {
    problems.add('commandTimeoutMs of the store', 'must be a number from 10 to 10000');
  }
  if (leaseMs !== undefined && !isBetween(leaseMs, requestTimeoutMs, 600_000)) {
    problems.add(
      'leaseMs of the store',
      `must be from requestTimeoutMs (${requestTimeoutMs}) to 600000: if the lease ends before the request for which it ` +
        'was taken, a second process requests a token as well',
    );
  }
  return {
    get: (key) => store.get(key),
    set: (key, value, options) => store.set(key, value, options),
    ttlMs: (key) => store.ttlMs(key),
    ...(keyPrefix !== undefined && { keyPrefix: keyPrefix as string }),
    ...(leaseMs !== undefined && { leaseMs: leaseMs as number }),
    ...(commandTimeoutMs !== undefined && { commandTimeoutMs: commandTimeoutMs as number }),
  };
}

/** The properties of the store, read once: a getter may throw, or return something else later. */
function snapshot(store: unknown): Partial<Record<keyof TokenStore, unknown>> | undefined {
  if (typeof store !== 'object' || store === null) return undefined;
  try {
    const { get, set, ttlMs, keyPrefix, leaseMs, commandTimeoutMs } = store as Record<keyof TokenStore, unknown>;
    return { get, set, ttlMs, keyPrefix, leaseMs, commandTimeoutMs };
  } catch {
    return undefined;
  }
}

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

/** Checks the telemetry. The usual mistake is `openTelemetry` without its brackets. */
export function resolveTelemetry(
  { telemetry }: ContaSimplesAuthOptions,
  problems: Problems,
): ContaSimplesTelemetry | undefined {
  if (telemetry === undefined) return undefined;
  const given: { readonly start?: unknown } | null = telemetry;
  if (typeof given === 'object' && given !== null && typeof given.start === 'function') return telemetry;
  problems.add('option telemetry', 'must be a telemetry, such as openTelemetry()');
  return undefined;
}

type Transport = ReturnType<ResolvedOptions['transport']>;

/** Checks proxy, TLS options and agent. None of them can switch off the verification of the server's certificate. */
export function resolveTransport(options: ContaSimplesAuthOptions, problems: Problems): Transport {
  const { tls, httpsAgent } = options;
  if (tls !== undefined && httpsAgent !== undefined) {
    problems.add('option tls', 'is set together with httpsAgent: remove it, and set these options on the agent');
  }
  if (tls !== undefined) checkTls(tls, problems);
  if (httpsAgent !== undefined) checkAgent(httpsAgent, problems);
  return { proxy: resolveProxy(options.proxy, problems), tls, httpsAgent };
}

function checkAgent(agent: unknown, problems: Problems): void {
  // The agents of node:https and of other packages are derived from the one of node:http.
  if (!(agent instanceof Agent)) {
    problems.add('option httpsAgent', 'must be an Agent of node:https');
    return;
  }
  const { options = {} } = agent as HttpsAgent;
  checkAgentTls(options, problems);
  const { rejectUnauthorized } = options;
  if (rejectUnauthorized === false) {
    problems.add(
      'option httpsAgent',
      'must check certificates: remove rejectUnauthorized: false, and give it a `ca` instead',
    );
  } else if (rejectUnauthorized !== true && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
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
