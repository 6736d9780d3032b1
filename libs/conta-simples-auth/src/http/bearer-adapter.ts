import { type AxiosAdapter, AxiosHeaders, type AxiosResponse } from 'axios';
import type { AccessToken } from '../token/access-token.js';
import { ContaSimplesAuthError } from '../token/auth-error.js';
import type { TokenKeeper } from '../token/keeper.js';
import { CallerDeadline } from './caller-deadline.js';
import { destinationOf, type GuardedRequestConfig } from './destination.js';
import { type CallerView, printableError, printableResponse } from './printable.js';

export interface BearerAdapterOptions {
  /** Sends a request for good; looked up for each one, as axios does. */
  readonly inner: (config: GuardedRequestConfig) => AxiosAdapter;
  readonly keeper: () => TokenKeeper;
  readonly origins: ReadonlySet<string>;
  /** What becomes of a request to a stranger: sent without the token, or refused. */
  readonly untrusted: 'send_without_token' | 'refuse';
}

/**
 * Attaches the token at the last stage before the wire. Any earlier, and a later interceptor, `baseURL`, `auth` or a
 * redirect could send it elsewhere; in the caller's config, it would be in every logged error.
 */
export function createBearerAdapter(options: BearerAdapterOptions): AxiosAdapter {
  return async (config: GuardedRequestConfig) => {
    const inner = options.inner(config);
    const destination = destinationOf(config, options.origins);
    if (destination.name === 'own_credentials') return inner(config);
    if (destination.name === 'untrusted') {
      if (options.untrusted === 'send_without_token') return inner(config);
      throw untrustedOrigin(options.keeper().account, destination.why);
    }
    const keeper = options.keeper();
    const deadline = new CallerDeadline(config);
    const view = { config, url: destination.url };
    const token = keeper.current()?.token ?? (await deadline.wait((wait) => keeper.get(wait)));
    const first = await send(inner, view, token, deadline.remainingMs);
    if (first.status !== 401) {
      // Any answer but 401 shows that the token works; no answer shows nothing.
      if (first.status !== undefined) keeper.accept(token);
      return unwrap(first, view);
    }
    if (!isReplayable(config.data)) {
      keeper.invalidate(token.value);
      return unwrap(first, view);
    }
    const replacement = await deadline.wait((wait) => keeper.replacementFor(token, wait)).catch(() => undefined);
    if (replacement === undefined) return unwrap(first, view);
    discardBody(first);
    const second = await send(inner, view, replacement, deadline.remainingMs);
    if (second.status !== undefined && second.status !== 401) keeper.accept(replacement);
    keeper.noteReplay(second.status ?? 0);
    return unwrap(second, view);
  };
}

export function untrustedOrigin(account: string, why: string): ContaSimplesAuthError {
  const what = `The request was not sent: ${why}`;
  return new ContaSimplesAuthError({ kind: 'untrusted_origin', what, account });
}

/** What came of one send; `status` is that of the answer, also where `validateStatus` made an error of it. */
type Sent =
  | { readonly ok: true; readonly status: number; readonly response: AxiosResponse }
  | { readonly ok: false; readonly status: number | undefined; readonly error: unknown };

async function send(
  inner: AxiosAdapter,
  { config, url }: CallerView,
  token: AccessToken,
  timeout: number | undefined,
): Promise<Sent> {
  const headers = AxiosHeaders.concat(config.headers, { Authorization: `${token.type} ${token.value}` });
  const sent = {
    ...config,
    headers,
    url: url.href,
    baseURL: undefined,
    allowAbsoluteUrls: true,
    maxRedirects: 0,
    ...(timeout !== undefined && { timeout }),
    // What is sent over plain http goes to this machine: a proxy would only read it.
    ...(url.protocol === 'http:' && { proxy: false as const }),
  };
  try {
    const response = await inner(sent);
    return { ok: true, status: response.status, response };
  } catch (error) {
    return { ok: false, status: statusOf(error), error };
  }
}

function unwrap(sent: Sent, view: CallerView): AxiosResponse {
  if (sent.ok) return printableResponse(sent.response, view);
  throw printableError(sent.error, view);
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { response?: { status?: unknown } } | undefined)?.response?.status;
  return typeof status === 'number' ? status : undefined;
}

/** Whether the same bytes can be sent a second time. */
function isReplayable(data: unknown): boolean {
  return data === undefined || data === null || typeof data === 'string' || ArrayBuffer.isView(data) || isBuffer(data);
}

function isBuffer(data: unknown): boolean {
  return data instanceof ArrayBuffer;
}

/** A streamed first answer nobody will read would keep its connection. */
function discardBody(sent: Sent): void {
  const response = sent.ok ? sent.response : (sent.error as { response?: AxiosResponse }).response;
  const data: unknown = response?.data;
  if (typeof data === 'object' && data !== null && 'resume' in data && typeof data.resume === 'function') data.resume();
}
