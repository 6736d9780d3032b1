import type { AccessToken } from '../../model/access-token.js';
import type { TokenKeeper } from '../../token/keeper.js';
import { authorization } from '../authorization.js';
import { dropRawBytes } from '../body/raw-bytes.js';
import type { CallerDeadline } from '../caller-deadline.js';
import type { GuardedCall, Sent } from '../send.js';

export interface FetchCallParts {
  readonly keeper: TokenKeeper;
  readonly deadline: CallerDeadline;
  readonly isReplayable: boolean;
  readonly target: string | Request;
  readonly init: RequestInit;
  /** Those of `init`. Nobody else has them; the platform copies them for each send. */
  readonly headers: Record<string, string>;
}

/** One guarded request by `fetch`. A class, and not functions made for each call: those took 1 % of one. */
export class FetchCall implements GuardedCall<Response> {
  readonly keeper: TokenKeeper;
  readonly deadline: CallerDeadline;
  readonly isReplayable: boolean;
  readonly #target: string | Request;
  readonly #init: RequestInit;
  readonly #headers: Record<string, string>;

  constructor({ keeper, deadline, isReplayable, target, init, headers }: FetchCallParts) {
    this.keeper = keeper;
    this.deadline = deadline;
    this.isReplayable = isReplayable;
    this.#target = target;
    this.#init = init;
    this.#headers = headers;
  }

  send(token: AccessToken): Promise<Sent<Response>> {
    this.#headers.Authorization = authorization(token);
    return sendByFetch(this.#target, this.#init);
  }

  discard(unread: Sent<Response>): void {
    if (unread.ok) unread.response.body?.cancel().catch(() => {});
  }

  surfacesRefusal(): boolean {
    return false;
  }
}

export async function sendByFetch(target: string | Request, init: RequestInit): Promise<Sent<Response>> {
  try {
    const response = await fetch(target, init);
    return { ok: true, status: response.status, response };
  } catch (error) {
    return { ok: false, status: undefined, error: printable(error) };
  }
}

function printable(error: unknown): unknown {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (typeof cause === 'object' && cause !== null) dropRawBytes(cause);
  return error;
}
