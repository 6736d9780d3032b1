import type { AccessToken } from '../model/access-token.js';
import type { TokenKeeper } from '../token/keeper.js';
import type { CallerDeadline } from './caller-deadline.js';
import { notReplayable } from './refusals.js';

/** What came of one send. `status` is that of the answer, also where the client made an error of it. */
export type Sent<Response> =
  | { readonly ok: true; readonly status: number; readonly response: Response }
  | { readonly ok: false; readonly status: number | undefined; readonly error: unknown };

/** One request to the account's own API, whichever client makes it. */
export interface GuardedCall<Response> {
  readonly keeper: TokenKeeper;
  readonly deadline: CallerDeadline;
  readonly isReplayable: boolean;
  /** Sends it with this token. What goes wrong is part of the result. */
  send(token: AccessToken): Promise<Sent<Response>>;
  /** Lets go of an answer that nobody will read. */
  discard(sent: Sent<Response>): void;
  /** Whether the caller gets this 401 itself where the body cannot be sent again, and not an error that says so. */
  surfacesRefusal(sent: Sent<Response>): boolean;
}

/**
 * Sends a request with the account's token, and once more with another one if the first was rejected. The caller sees
 * every other failure: 403, 5xx and broken connections are not answered by sending again here.
 *
 * @throws ContaSimplesAuthError `not_replayable`, and whatever `getToken` rejects with; then nothing was sent
 */
export async function guardedSend<Response>(call: GuardedCall<Response>): Promise<Sent<Response>> {
  const { keeper, deadline } = call;
  const token = keeper.current()?.token ?? (await deadline.wait((wait) => keeper.get(wait)));
  deadline.throwIfCancelled();
  const first = await call.send(token);
  if (first.status !== 401) {
    // Any answer but 401 shows that the token works; no answer shows nothing.
    if (first.status !== undefined) keeper.accept(token);
    return first;
  }
  if (!call.isReplayable) {
    keeper.refuse(token);
    if (call.surfacesRefusal(first)) return first;
    call.discard(first);
    throw notReplayable(keeper.account);
  }
  const replacement = await deadline.wait((wait) => keeper.replacementFor(token, wait)).catch(() => undefined);
  deadline.throwIfCancelled();
  if (replacement === undefined) return first;
  call.discard(first);
  const second = await call.send(replacement);
  if (second.status === 401) keeper.refuseReplay(replacement);
  else if (second.status !== undefined) keeper.acceptReplay(replacement);
  keeper.noteReplay(second.status ?? 0);
  return second;
}
