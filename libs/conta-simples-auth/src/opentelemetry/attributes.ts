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

/** By convention the attribute is set only for failures. */
export function errorType(failure: string | undefined): { [ATTRIBUTE.errorType]?: string } {
  return failure === undefined ? {} : { [ATTRIBUTE.errorType]: failure };
}

/** The name of all accounts that are not named individually. */
const OTHER_ACCOUNTS = 'other';

const MAX_NAME_LENGTH = 128;

/**
 * Limits the number of time series: there may be thousands of accounts, and with a provider function calls may use any
 * name. So a name that is not configured is admitted only after a token has been obtained for it.
 */
export class AccountNames {
  readonly #named = new Set<string>();
  readonly #max: number;

  constructor(configured: readonly string[], max: number) {
    this.#max = max;
    for (const account of configured) this.admit(account);
  }

  /** Reports the account under its own name from now on, if the limit allows. Never undone, so that its series does not end. */
  admit(account: string): void {
    if (this.#named.size < this.#max && account.length <= MAX_NAME_LENGTH) this.#named.add(account);
  }

  of(account: string): string {
    return this.#named.has(account) ? account : OTHER_ACCOUNTS;
  }
}
