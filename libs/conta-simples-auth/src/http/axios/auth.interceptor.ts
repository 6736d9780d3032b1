import type { AxiosAdapter } from 'axios';
import { ContaSimplesAuthError } from '../../model/auth-error.js';
import { printedName } from '../../model/printed-name.js';
import type { AccountKeepers } from '../send.js';
import { createTokenAdapter } from './adapter.js';
import { registerTokenAdapter } from './axios-builds.js';
import { adapterFinder } from './inner-adapter.js';
import { type AttachableAxiosInstance, defaultsOf } from './instance.js';
// For its types: they are published with every file that a caller's request goes through.
import './request-config.js';

/**
 * Whose token an axios instance sends, and where to.
 *
 * @publicApi
 */
export interface AttachOptions {
  /** Whose token to send. Default: the account without a name. */
  account?: string;
  /** The only origins that get it. Default: that of the base URL, and those of the option `origins`. */
  origins?: readonly string[];
}

export interface InterceptorOptions {
  readonly accounts: AccountKeepers;
  readonly origins: ReadonlySet<string>;
  /** @throws ContaSimplesAuthError of kind `configuration` for what is no trustworthy origin */
  readonly checkOrigins: (origins: readonly string[]) => ReadonlySet<string>;
}

interface Attachment {
  readonly account: string;
  readonly detach: () => void;
}

/**
 * Puts the token on an axios instance that the application already has.
 *
 * @example
 * ```ts
 * constructor(http: HttpService, auth: ContaSimplesAuthInterceptor) {
 *   auth.attach(http.axiosRef);
 * }
 * ```
 * @publicApi
 */
export class ContaSimplesAuthInterceptor {
  readonly #options: () => InterceptorOptions;
  readonly #attachments = new WeakMap<object, Attachment>();

  /** @internal */
  constructor(options: () => InterceptorOptions) {
    this.#options = options;
  }

  /**
   * From now on every request of the instance to the account's API carries its token; requests to other servers are sent
   * unchanged. Attaching a second time changes nothing.
   *
   * @returns a function that detaches
   * @throws ContaSimplesAuthError of kind `configuration` for the process-wide axios (what a bare
   * `imports: [HttpModule]` injects), for a value that is no axios instance, for an origin that is neither https nor
   * loopback, and for an instance that another account is attached to; of kind `unknown_account` for a name that is
   * not configured
   */
  attach(instance: AttachableAxiosInstance, { account, origins }: AttachOptions = {}): () => void {
    const defaults = defaultsOf(instance);
    const options = this.#options();
    const name = options.accounts.get(account).account;
    const present = this.#attachments.get(instance);
    if (present !== undefined) {
      if (present.account === name) return present.detach;
      const other = printedName(present.account);
      const what = `attach() was called on an instance that carries the token of account ${other}`;
      throw new ContaSimplesAuthError({ kind: 'configuration', what, account: name });
    }
    const found = defaults.adapter;
    const inner = adapterFinder(found);
    let attached = true;
    const tokenAdapter = createTokenAdapter({
      inner,
      isCustom: typeof found === 'function',
      accounts: options.accounts,
      account,
      origins: origins === undefined ? options.origins : options.checkOrigins(origins),
      untrusted: 'send_without_token',
    });
    const adapter: AxiosAdapter = (config) => (attached ? tokenAdapter(config) : inner(config)(config));
    const detach = () => {
      if (!attached) return;
      attached = false;
      this.#attachments.delete(instance);
      // If the application has wrapped our adapter since, it stays in place and sends every request unchanged.
      if (defaults.adapter !== adapter) return;
      if (found === undefined) delete defaults.adapter;
      else defaults.adapter = found;
    };
    registerTokenAdapter(adapter);
    defaults.adapter = adapter;
    this.#attachments.set(instance, { account: name, detach });
    return detach;
  }
}
