import type { TokenStore } from '../store/token-store.js';
import type { ContaSimplesAuthOptions } from './options.js';
import type { Problems } from './problems.js';

/** Checks that a store has what it takes, and settings under which a fleet makes one request and not several. */
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
      `must be from requestTimeoutMs (${requestTimeoutMs}) to 600000: a lease that ends before the request for which ` +
        'it was taken lets a second process ask for a token as well',
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

/** What the store is made of, read once: a getter may throw, or answer something else later. */
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
