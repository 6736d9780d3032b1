import type { ResolvedOptions } from '../../options/resolved-options.js';
import { sharesRun } from '../../support/shares-run.js';
import { BALANCE_PATH, type BalanceAnswer, callBalance } from './balance-call.js';
import { type Check, fail, ok } from './check.js';

const CALL = `GET ${BALANCE_PATH}`;

/** Whether the token opens what it is for. */
export async function checkBalance(
  token: string,
  isSecretOfPair: (text: string) => boolean,
  options: ResolvedOptions,
): Promise<Check> {
  const isSecret = (text: string) => isSecretOfPair(text) || sharesRun(text, token);
  return judge(await callBalance(token, isSecret, options), options.baseUrl);
}

function judge(answer: BalanceAnswer, baseUrl: string): Check {
  if (!answer.answered) {
    const remedy = 'The token request was answered: try again, and check what cuts long or later connections.';
    return fail('balance', `${CALL} got no answer from ${new URL(baseUrl).host} (${answer.code})`, remedy);
  }
  const { status, isHtml, hasAmount, requestId } = answer;
  if (status === 200 && hasAmount) return ok('balance', `${CALL} answered 200`);
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  const page = isHtml ? ' with an HTML page' : '';
  if (status === 200) {
    const remedy = `Check that ${baseUrl} is the API's address, and what is on the way to it.`;
    return fail('balance', `${CALL} answered 200${page}, but no balance${id}`, remedy);
  }
  return fail('balance', `${CALL} answered ${status}${page}${id}`, remedyFor(status, isHtml, baseUrl));
}

function remedyFor(status: number, isHtml: boolean, baseUrl: string): string {
  if (status === 401) {
    return 'The token that was just issued is refused: check that token and calls go to the same environment, then ask Conta Simples.';
  }
  if (status === 403 && isHtml) {
    return 'A CDN in front of the API blocks this client: set CONTA_SIMPLES_USER_AGENT, and ask Conta Simples about the IP address.';
  }
  if (status === 403) return 'Check in Internet Banking that the key may read the account.';
  if (status === 429) return 'The limit is 100 calls a minute for an IP address, all its processes together: wait.';
  if (status >= 500) return 'The service is failing: try again later.';
  return `This is not how the API answers: check that ${baseUrl} is its address.`;
}
