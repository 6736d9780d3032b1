import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type CredentialRotation,
  EMULATOR_CREDENTIALS,
  EmulatedAccounts,
  type EmulatorAccount,
  type EmulatorAccountInput,
} from './accounts.js';
import { toControlHosts } from './control/control-caller.js';
import { answerControl, isControlPath } from './control/control-routes.js';
import {
  type ContaSimplesEmulatorOptions,
  EmulatorSettings,
  type EndpointLatencyMs,
  type LatencyMs,
} from './emulator-options.js';
import type { Fault, FaultHandle, FaultOptions } from './faults/fault.js';
import { FaultScript } from './faults/fault-script.js';
import { Exchange } from './http/exchange.js';
import { ListeningServer } from './http/listening-server.js';
import { EmulatedService, RequestPipeline } from './request-pipeline.js';
import type { EmulatorCounts } from './requests/request-counts.js';
import { type RequestEvent, type RequestListener, RequestLog } from './requests/request-log.js';
import type { RequestRecord, RequestTarget } from './requests/request-record.js';
import { RequestWaiters, type WaitOptions } from './requests/request-waiters.js';
import { EmulatedData } from './resources/account-data.js';
import { IssuedTokens } from './tokens/issued-tokens.js';
import { assertInteger } from './validation.js';

/**
 * A running emulator of the Conta Simples API. Created by {@link startContaSimplesEmulator}.
 *
 * @publicApi
 */
export class ContaSimplesEmulator implements AsyncDisposable {
  /** Without a slash at the end, e.g. `http://127.0.0.1:4010`. */
  readonly baseUrl: string;
  /** The port that it listens on. */
  readonly port: number;
  readonly #accounts: EmulatedAccounts;
  readonly #tokens: IssuedTokens;
  readonly #settings: EmulatorSettings;
  readonly #script = new FaultScript();
  readonly #log = new RequestLog();
  readonly #waiters = new RequestWaiters(this.#log);
  readonly #server: ListeningServer;

  private constructor(
    server: ListeningServer,
    accounts: EmulatedAccounts,
    tokens: IssuedTokens,
    settings: EmulatorSettings,
  ) {
    this.#server = server;
    this.#accounts = accounts;
    this.#tokens = tokens;
    this.#settings = settings;
    this.baseUrl = server.baseUrl;
    this.port = server.port;
  }

  /**
   * Implements {@link startContaSimplesEmulator}.
   *
   * @internal
   */
  static async start(options: ContaSimplesEmulatorOptions): Promise<ContaSimplesEmulator> {
    const { host = '127.0.0.1', port = 0, seed = 1, dataUntil = new Date(), control = true } = options;
    assertInteger(port, 'port', 0, 65_535);
    const controlHosts = toControlHosts(host, options.controlHosts ?? []);
    const settings = new EmulatorSettings(options);
    const accounts = new EmulatedAccounts(options.accounts ?? [EMULATOR_CREDENTIALS]);
    const data = new EmulatedData(String(seed), dataUntil.getTime());
    const tokens = await IssuedTokens.create();
    let onRequest = (_request: IncomingMessage, response: ServerResponse): void => {
      response.destroy();
    };
    const server = await ListeningServer.listen(host, port, (request, response) => onRequest(request, response));
    const emulator = new ContaSimplesEmulator(server, accounts, tokens, settings);
    const service = new EmulatedService({ accounts, tokens, data, settings }, () => emulator.baseUrl);
    const pipeline = new RequestPipeline(service, emulator.#script, emulator.#log, settings);
    onRequest = (request, response) => {
      const exchange = new Exchange(request, response);
      const handled =
        control && isControlPath(exchange.path)
          ? answerControl(exchange, emulator, controlHosts)
          : pipeline.handle(exchange);
      handled.catch(() => response.destroy());
    };
    return emulator;
  }

  /** The accounts with their current credentials. */
  get accounts(): readonly EmulatorAccount[] {
    return this.#accounts.all;
  }

  /**
   * Lifetime in seconds of tokens issued from now on; above 0. Default: 1800.
   *
   * @throws TypeError for any other value
   */
  get tokenTtlSeconds(): number {
    return this.#settings.tokenTtlSeconds;
  }

  set tokenTtlSeconds(seconds: number) {
    this.#settings.tokenTtlSeconds = seconds;
  }

  /**
   * Latency of answers in milliseconds. A number sets it for both kinds of requests, an object for the kinds it names.
   * Default: 0.
   *
   * @throws TypeError for any other value
   */
  get latencyMs(): EndpointLatencyMs {
    return this.#settings.latencyMs;
  }

  set latencyMs(latency: LatencyMs) {
    this.#settings.setLatencyMs(latency);
  }

  /**
   * Calls a minute from one address before 429, 1 or more; `undefined` for no limit, which is the default.
   *
   * @throws TypeError for any other value
   */
  get rateLimitPerMinute(): number | undefined {
    return this.#settings.rateLimitPerMinute;
  }

  set rateLimitPerMinute(calls: number | undefined) {
    this.#settings.rateLimitPerMinute = calls;
  }

  /**
   * How far the service's clock (`Date`, `iat`, `exp`) is ahead of this machine's, in milliseconds; negative if it is
   * behind. At most a century. Default: 0.
   *
   * @throws TypeError for any other value
   */
  get clockOffsetMs(): number {
    return this.#settings.clockOffsetMs;
  }

  set clockOffsetMs(milliseconds: number) {
    this.#settings.clockOffsetMs = milliseconds;
  }

  /** Whether a new token revokes the account's older tokens. Default: `false`. */
  get singleTokenPerAccount(): boolean {
    return this.#settings.singleTokenPerAccount;
  }

  set singleTokenPerAccount(single: boolean) {
    this.#settings.singleTokenPerAccount = single;
  }

  /**
   * Adds an account while the emulator runs.
   *
   * @returns the account with its name
   * @throws TypeError if the name or the key is taken, or the credentials are not usable
   */
  addAccount(account: EmulatorAccountInput): EmulatorAccount {
    return this.#accounts.add(account);
  }

  /** Removes an account and revokes its tokens. Returns `false` if there is no such account. */
  removeAccount(name: string): boolean {
    this.#tokens.revoke(name);
    return this.#accounts.remove(name);
  }

  /**
   * Replaces the credentials of an account, as in Internet Banking: the old ones are rejected, issued tokens stay valid.
   *
   * @returns the account with its new credentials.
   * @throws TypeError if no account has the key `apiKey`.
   */
  rotate(apiKey: string, next: CredentialRotation = {}): EmulatorAccount {
    const account = this.#accounts.rotate(apiKey, next);
    if (next.revokeTokens) {
      this.#tokens.revoke(account.name);
    }
    return account;
  }

  /** Revokes the valid tokens of an account, or of all accounts, and returns their number. */
  revokeTokens(accountName?: string): number {
    return this.#tokens.revoke(accountName);
  }

  /**
   * Scripts a fault for future requests. Faults are used in the order in which they were scripted.
   *
   * @throws TypeError if the fault or an option is invalid.
   */
  fail(target: RequestTarget, fault: Fault, options: FaultOptions = {}): FaultHandle {
    return this.#script.add(target, fault, options);
  }

  /** Cancels all scripted faults; requests already affected by one continue. */
  clearFaults(): void {
    this.#script.clear();
  }

  /** A snapshot of the counts. A request is counted before its answer can be read. */
  get counts(): EmulatorCounts {
    return this.#log.counts;
  }

  /** The most recent 1,000 requests, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#log.records;
  }

  /** Sets the counts to zero and empties `requests`. */
  resetCounts(): void {
    this.#log.reset();
  }

  /** Calls `listener` for each request that arrives (`'request'`) or ends (`'response'`). Returns a function that stops it. */
  on(event: RequestEvent, listener: RequestListener): () => void {
    return this.#log.on(event, listener);
  }

  /**
   * Resolves with a request once `times` of them have arrived since the start or the last `resetCounts()`.
   *
   * @throws Error if that takes longer than `timeoutMs` of the options, or the emulator is closed
   * @example await emulator.waitForRequest('token', 2);
   */
  waitForRequest(target: RequestTarget = 'all', times = 1, options: WaitOptions = {}): Promise<RequestRecord> {
    return this.#waiters.wait(target, times, options);
  }

  /** Closes all connections, also hanging ones, and resolves when the port is free. Can be called again. */
  close(): Promise<void> {
    this.#waiters.cancelAll('the emulator was closed');
    return this.#server.close();
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Starts an emulator of the Conta Simples API on this machine.
 *
 * @example
 * const emulator = await startContaSimplesEmulator({ tokenTtlSeconds: 30 });
 * // … point the module at emulator.baseUrl with EMULATOR_CREDENTIALS …
 * await emulator.close();
 *
 * @throws TypeError if an option is invalid; the error of the socket if the port is not available.
 * @publicApi
 */
export function startContaSimplesEmulator(options: ContaSimplesEmulatorOptions = {}): Promise<ContaSimplesEmulator> {
  return ContaSimplesEmulator.start(options);
}
