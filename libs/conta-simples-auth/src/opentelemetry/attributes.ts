/** The names of all attributes. Those without our prefix are of the OpenTelemetry semantic conventions. */
export const ATTRIBUTE = {
  account: 'conta_simples_auth.account',
  cause: 'conta_simples_auth.cause',
  state: 'conta_simples_auth.state',
  replayOutcome: 'conta_simples_auth.replay.outcome',
  storeOperation: 'conta_simples_auth.store.operation',
  leaseOutcome: 'conta_simples_auth.lease.outcome',
  errorType: 'error.type',
  method: 'http.request.method',
  status: 'http.response.status_code',
  urlTemplate: 'url.template',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const;

/** By convention the attribute is there for failures alone. */
export function errorType(failure: string | undefined): { [ATTRIBUTE.errorType]?: string } {
  return failure === undefined ? {} : { [ATTRIBUTE.errorType]: failure };
}

/** What accounts without a name of their own read, all together. */
const OTHER_ACCOUNTS = 'other';

const LONGEST_NAME = 128;

/**
 * Keeps the number of time series bounded: an accounting firm has thousands of accounts, and with a provider function any
 * name may be asked for. So a name that was not configured counts only once a token has been obtained for it.
 */
export class AccountNames {
  readonly #named = new Set<string>();
  readonly #max: number;

  constructor(configured: readonly string[], max: number) {
    this.#max = max;
    for (const account of configured) this.admit(account);
  }

  /** Gives the account a name of its own, if there is room. It keeps that for good: a series that ends is of little use. */
  admit(account: string): void {
    if (this.#named.size < this.#max && account.length <= LONGEST_NAME) this.#named.add(account);
  }

  of(account: string): string {
    return this.#named.has(account) ? account : OTHER_ACCOUNTS;
  }
}
