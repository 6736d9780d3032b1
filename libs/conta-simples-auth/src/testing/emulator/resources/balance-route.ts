import { jsonReply, type Reply } from '../http/reply.js';
import type { AccountData } from './account-data.js';

/** `GET /accounts/v1/balance`, in BRL. */
export function answerBalance(data: AccountData): Reply {
  return jsonReply(200, { amount: data.balanceBrl });
}
