import { createHash } from 'node:crypto';

/** The names under which one pair of credentials is kept; each operation is on one of them alone. */
export interface StoreKeys {
  readonly token: string;
  readonly lease: string;
  readonly failure: string;
  /** Shared by all pairs: what the endpoint holds against the address, whoever asked. */
  readonly endpoint: string;
}

/**
 * The id is in braces, so that a Redis Cluster keeps what belongs together on one node. It is made from the secret: two
 * pairs never meet, not even while a deployment rolls from one to the other.
 */
export function storeKeys(prefix: string, id: string, endpointUrl: string): StoreKeys {
  const endpoint = createHash('sha256').update(endpointUrl).digest('hex').slice(0, 16);
  return {
    token: `${prefix}:{${id}}:token`,
    lease: `${prefix}:{${id}}:lease`,
    failure: `${prefix}:{${id}}:failure`,
    endpoint: `${prefix}:{${endpoint}}:endpoint`,
  };
}
