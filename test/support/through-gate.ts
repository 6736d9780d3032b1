import type { GateAccount, RequestGate } from '../../libs/conta-simples-auth/src/token/request-gate.js';
import type { TokenOutcome } from '../../libs/conta-simples-auth/src/token/token-source.js';

/** Enters the gate, sends, and leaves with the outcome; without one where nothing was sent. */
export async function throughGate<Outcome extends TokenOutcome | undefined>(
  gate: RequestGate,
  send: () => Promise<Outcome>,
  signal: AbortSignal = new AbortController().signal,
  account: GateAccount = { isSuspect: false },
): Promise<Outcome | TokenOutcome> {
  const entry = await gate.enter(account, signal);
  if (!entry.ok) return entry;
  const outcome = await send();
  if (outcome !== undefined) return gate.leave(entry.place, outcome);
  gate.leave(entry.place);
  return outcome;
}
