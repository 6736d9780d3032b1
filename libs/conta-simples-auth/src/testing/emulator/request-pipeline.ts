import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOKEN_PATH } from '../../options/options.js';
import type { EmulatedAccounts } from './accounts.js';
import type { EmulatorSettings } from './emulator-options.js';
import type { Fault } from './faults/fault.js';
import type { FaultScript } from './faults/fault-script.js';
import { deliver, overrideHeaders, patchReply, scriptedReply } from './faults/faulty-reply.js';
import type { Exchange } from './http/exchange.js';
import { apiError, type Reply } from './http/reply.js';
import type { RequestLog } from './requests/request-log.js';
import { type RequestKind, redactHeaders } from './requests/request-record.js';
import type { EmulatedData } from './resources/account-data.js';
import { answerResource } from './resources/resource-routes.js';
import { checkBearer } from './tokens/bearer-header.js';
import type { IssuedTokens } from './tokens/issued-tokens.js';
import { accountNamedBy, answerTokenRequest } from './tokens/token-route.js';

const NO_FAULT: Fault = {};

/** The flow of a request: log, rate limit, scripted fault, answer, latency, send. */
export class RequestPipeline {
  readonly #limiter = new RateLimiter();

  constructor(
    private readonly service: EmulatedService,
    private readonly script: FaultScript,
    private readonly log: RequestLog,
    private readonly settings: EmulatorSettings,
  ) {}

  async handle(exchange: Exchange): Promise<void> {
    const { id, method, path } = exchange;
    const kind = this.service.kindOf(exchange);
    const account = this.service.accountOf(exchange);
    const record = this.log.open({ id, kind, method, path, account, headers: redactHeaders(exchange.headers) });
    const settle = (status?: number) => this.log.settle(record, status);
    exchange.gone.addEventListener('abort', () => settle(), { once: true });
    const rejection = this.#overLimit(exchange);
    const fault = (rejection === undefined ? this.script.take(record) : undefined) ?? NO_FAULT;
    if (fault !== NO_FAULT) {
      this.log.markFaulted(record);
    }
    try {
      await pause(fault.delayMs ?? 0, exchange);
      if (fault.hang) {
        exchange.discardBody();
        return;
      }
      const answer = rejection ?? (await this.#answer(exchange, fault));
      await pause(this.settings.latencyMs[kind], exchange);
      await deliver(exchange, this.#complete(answer, exchange, fault), fault, settle);
    } catch (error) {
      // If the connection has ended, no answer is needed. Any other error is a bug of the emulator and is answered with 500.
      if (exchange.gone.aborted || !exchange.socket.writable) {
        settle();
      } else {
        settle(500);
        const { message } = error instanceof Error ? error : { message: String(error) };
        exchange.send(this.#complete(apiError(500, message, { requestId: id }), exchange, NO_FAULT));
      }
    }
  }

  async #answer(exchange: Exchange, fault: Fault): Promise<Reply> {
    const scripted = scriptedReply(fault, exchange.id);
    if (scripted !== undefined || fault.raw !== undefined || fault.reset === 'before-headers') {
      exchange.discardBody();
    }
    const ignored = fault.raw !== undefined || fault.reset === 'before-headers';
    const answer = scripted ?? (ignored ? { status: 200, headers: {}, body: Buffer.alloc(0) } : undefined);
    return patchReply(answer ?? (await this.service.answer(exchange)), fault);
  }

  #overLimit({ remoteAddress }: Exchange): Reply | undefined {
    const limit = this.settings.rateLimitPerMinute;
    return limit === undefined ? undefined : this.#limiter.check(remoteAddress, limit);
  }

  #complete(answer: Reply, { id }: Exchange, fault: Fault): Reply {
    // RFC 9110 section 8.6: no Content-Length in a 204; in a 304 it would describe another answer.
    const bodyless = answer.status === 204 || answer.status === 304;
    const headers = {
      date: new Date(this.settings.now).toUTCString(),
      'x-request-id': id,
      ...(!bodyless && { 'content-length': `${answer.body.length}` }),
      ...answer.headers,
    };
    return overrideHeaders({ ...answer, headers }, fault);
  }
}

async function pause(milliseconds: number, { gone }: Exchange): Promise<void> {
  if (milliseconds > 0) {
    await sleep(milliseconds, undefined, { signal: gone });
  }
}

interface ServiceParts {
  readonly accounts: EmulatedAccounts;
  readonly tokens: IssuedTokens;
  readonly data: EmulatedData;
  readonly settings: EmulatorSettings;
}

/** The emulated service without faults. */
export class EmulatedService {
  readonly #parts: ServiceParts;
  readonly #issuer: () => string;

  constructor(parts: ServiceParts, issuer: () => string) {
    this.#parts = parts;
    this.#issuer = issuer;
  }

  kindOf({ path }: Exchange): RequestKind {
    return path === TOKEN_PATH ? 'token' : 'resource';
  }

  accountOf(exchange: Exchange): string | undefined {
    const { accounts, tokens } = this.#parts;
    return this.kindOf(exchange) === 'token'
      ? accountNamedBy(exchange.authorization, accounts)
      : checkBearer(exchange.authorization, tokens).account;
  }

  async answer(exchange: Exchange): Promise<Reply> {
    const { accounts, tokens, data, settings } = this.#parts;
    if (this.kindOf(exchange) === 'resource') {
      return answerResource(exchange, tokens, data);
    }
    const { tokenTtlSeconds, singleTokenPerAccount, now } = settings;
    return answerTokenRequest(exchange, {
      accounts,
      tokens,
      issuer: this.#issuer(),
      tokenTtlSeconds,
      singleTokenPerAccount,
      now,
    });
  }
}

const WINDOW_MS = 60_000;

/** "100 calls a minute per IP" (vendor): one window of a minute for each address, which starts with its first call. */
class RateLimiter {
  readonly #windows = new Map<string, { readonly startedAt: number; calls: number }>();

  /** Counts a call. Returns the 429 answer if the limit is exceeded, else `undefined`. */
  check(address: string, callsPerMinute: number): Reply | undefined {
    const now = performance.now();
    let window = this.#windows.get(address);
    if (window === undefined || now - window.startedAt >= WINDOW_MS) {
      window = { startedAt: now, calls: 0 };
      this.#windows.set(address, window);
    }
    window.calls += 1;
    if (window.calls <= callsPerMinute) {
      return undefined;
    }
    const retryAfterSeconds = Math.ceil((window.startedAt + WINDOW_MS - now) / 1000);
    return apiError(429, 'Too many requests from this address', { headers: { 'retry-after': `${retryAfterSeconds}` } });
  }
}
