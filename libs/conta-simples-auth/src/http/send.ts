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

/** One request to the API of an account, by axios or by `fetch`. `Result` is what the caller of the client gets. */
export interface Call<ClientResponse, Result> {
  readonly keeper: TokenKeeper;
  readonly limits: CallerLimits;
  readonly body: Pick<RequestBody, 'isReplayable' | 'stream'>;
  /** Whether a 401 that the client reports as a success is returned as such if the body cannot be sent again. */
  readonly returnsAccepted401: boolean;
  /** Sends the request with this token, within `timeoutMs` if given. */
  send(token: AccessToken, timeoutMs: number | undefined): Promise<ClientResponse>;
  answered(response: ClientResponse): Sent<ClientResponse>;
  /** `error` is what `send` threw. */
  failed(error: unknown): Sent<ClientResponse>;
  /** @throws the error of `sent`, if the client reports failures so */
  result(sent: Sent<ClientResponse>): Result;
}

/**
 * Sends a request with the account's token. If the API answers 401, sends it once more with another token. All other
 * failures (403, 5xx, broken connections) are returned to the caller.
 *
 * @throws ContaSimplesAuthError `not_replayable`, and the errors of `getToken`; in the second case nothing was sent
 */
export async function sendWithToken<ClientResponse, Result>(call: Call<ClientResponse, Result>): Promise<Result> {
  const { keeper } = call;
  const deadline = deadlineOf(call);
  let token = keeper.current()?.token;
  token ??= await (deadline === undefined ? keeper.get() : deadline.wait((wait) => keeper.get(wait)));
  deadline?.throwIfCancelled();

  let first: Sent<ClientResponse>;
  try {
    // Not through another async function: with each one, the caller of `fetch` reads the body a microtask later. With two
    // more, a call took 2 to 3 % longer, probably because the platform has queued the body by then.
    first = call.answered(await call.send(token, deadline?.remainingMs));
  } catch (error) {
    first = call.failed(error);
  }
  if (first.status === 401) return call.result(await sendAgain(call, token, first, deadline));
  // Any response but 401 shows that the API accepts the token. Without a response nothing is known.
  if (first.status !== undefined) keeper.noteAccepted(token);
  return call.result(first);
}

/** After a 401. Returns `first` if there is no other token: then the 401 is the caller's result. */
async function sendAgain<ClientResponse>(
  call: Call<ClientResponse, unknown>,
  rejected: AccessToken,
  first: Sent<ClientResponse>,
  deadline: CallerDeadline | undefined,
): Promise<Sent<ClientResponse>> {
  const { keeper } = call;
  if (!call.body.isReplayable) {
    keeper.noteRejected(rejected);
    if (first.ok && call.returnsAccepted401) return first;
    discard(first.body);
    throw notReplayable(keeper.account);
  }
  const replacing =
    deadline === undefined
      ? keeper.replacementFor(rejected)
      : deadline.wait((wait) => keeper.replacementFor(rejected, wait));
  const replacement = await replacing.catch(() => undefined);
  deadline?.throwIfCancelled();
  if (replacement === undefined) return first;
  discard(first.body);

  let second: Sent<ClientResponse>;
  try {
    second = call.answered(await call.send(replacement, deadline?.remainingMs));
  } catch (error) {
    second = call.failed(error);
  }
  if (second.status === 401) keeper.noteRejected(replacement, true);
  else if (second.status !== undefined) keeper.noteReplayAccepted(replacement);
  keeper.noteReplayed(second.status ?? 0);
  return second;
}

/** `undefined` for a call without limits, which is nearly every call. */
function deadlineOf({ limits, body }: Call<unknown, unknown>): CallerDeadline | undefined {
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
