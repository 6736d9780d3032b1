import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { ContaSimplesAuthError } from '../token/auth-error.js';
import type { TokenKeeper } from '../token/keeper.js';
import { CallerDeadline } from './caller-deadline.js';
import { destinationOf, goesWithoutToken } from './destination.js';
import { type CallerView, printableError, printableResponse } from './printable.js';
import { privateCopy, type SendOptions } from './private-copy.js';
import { discardBody, isReplayable } from './replay.js';

export interface BearerAdapterOptions {
  /** Sends a request for good; looked up for each one, as axios does. */
  readonly inner: (config: InternalAxiosRequestConfig) => AxiosAdapter;
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
  return async (config) => {
    const inner = options.inner(config);
    const withoutToken = goesWithoutToken(config);
    const passesThrough = options.untrusted === 'send_without_token';
    if (withoutToken && passesThrough) return inner(config);
    const destination = destinationOf(config, options.origins);
    if (destination.name === 'untrusted') {
      if (passesThrough) return inner(config);
      throw untrustedOrigin(options.keeper().account, destination.why);
    }
    const { url } = destination;
    const view = { config, url };
    if (withoutToken) return unwrap(await send(inner, config, { url }), view);

    const keeper = options.keeper();
    const deadline = new CallerDeadline(config);
    const token = keeper.current()?.token ?? (await deadline.wait((wait) => keeper.get(wait)));
    deadline.throwIfCancelled();
    const first = await send(inner, config, { url, token, timeout: deadline.remainingMs });
    if (first.status !== 401) {
      // Any answer but 401 shows that the token works; no answer shows nothing.
      if (first.status !== undefined) keeper.accept(token);
      return unwrap(first, view);
    }
    if (!isReplayable(config.data)) {
      keeper.refuse(token);
      // Who takes every status for an answer gets this one, too.
      if (first.ok) return unwrap(first, view);
      discardBody(responseOf(first.error));
      throw notReplayable(keeper.account);
    }
    const replacement = await deadline.wait((wait) => keeper.replacementFor(token, wait)).catch(() => undefined);
    if (replacement === undefined) return unwrap(first, view);
    discardBody(first.ok ? first.response : responseOf(first.error));
    deadline.throwIfCancelled();
    const second = await send(inner, config, { url, token: replacement, timeout: deadline.remainingMs });
    if (second.status !== undefined && second.status !== 401) keeper.accept(replacement);
    keeper.noteReplay(second.status ?? 0);
    return unwrap(second, view);
  };
}

export function untrustedOrigin(account: string, why: string): ContaSimplesAuthError {
  const what = `The request was not sent: ${why}`;
  return new ContaSimplesAuthError({ kind: 'untrusted_origin', what, account });
}

function notReplayable(account: string): ContaSimplesAuthError {
  const what = 'The API answered 401 to a request whose body can be sent only once';
  return new ContaSimplesAuthError({ kind: 'not_replayable', what, account });
}

/** What came of one send; `status` is that of the answer, also where `validateStatus` made an error of it. */
type Sent =
  | { readonly ok: true; readonly status: number; readonly response: AxiosResponse }
  | { readonly ok: false; readonly status: number | undefined; readonly error: unknown };

async function send(inner: AxiosAdapter, config: InternalAxiosRequestConfig, options: SendOptions): Promise<Sent> {
  try {
    const response = await inner(privateCopy(config, options));
    return { ok: true, status: response.status, response };
  } catch (error) {
    return { ok: false, status: responseOf(error)?.status, error };
  }
}

function unwrap(sent: Sent, view: CallerView): AxiosResponse {
  if (sent.ok) return printableResponse(sent.response, view);
  throw printableError(sent.error, view);
}

function responseOf(error: unknown): AxiosResponse | undefined {
  return (error as { response?: AxiosResponse } | undefined)?.response;
}
