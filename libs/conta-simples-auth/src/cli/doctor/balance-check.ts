import { Agent as HttpAgent } from 'node:http';
import type { Readable } from 'node:stream';
import { Axios } from 'axios';
import { chooseProxy } from '../../oauth/proxy.js';
import { ownField, parseObject, requestId } from '../../oauth/token-answer.js';
import { receiveBody, requestAgent } from '../../oauth/token-endpoint.js';
import type { ResolvedOptions } from '../../options/options.js';
import { sharesRun } from '../../support/shares-run.js';
import { shownCode } from '../command.js';
import { type Check, fail, ok } from './report.js';

const BALANCE_PATH = '/accounts/v1/balance';
const CALL = `GET ${BALANCE_PATH}`;

/** Checks that the API accepts the token. */
export async function checkBalance(
  token: string,
  isSecretOfPair: (text: string) => boolean,
  options: ResolvedOptions,
): Promise<Check> {
  const isSecret = (text: string) => isSecretOfPair(text) || sharesRun(text, token);
  return balanceResult(await callBalance(token, isSecret, options), options.baseUrl);
}

function balanceResult(answer: BalanceAnswer, baseUrl: string): Check {
  if (!answer.answered) {
    const remedy =
      'The token request was answered, so the API is reachable: try again, and check firewalls and proxies that cut connections.';
    return fail('balance', `${CALL} got no answer from ${new URL(baseUrl).host} (${answer.code})`, remedy);
  }
  const { status, isHtml, hasAmount, requestId } = answer;
  if (status === 200 && hasAmount) return ok('balance', `${CALL} answered 200`);
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  const page = isHtml ? ' with an HTML page' : '';
  if (status === 200) {
    const remedy = `Check that ${baseUrl} is the API's address, and any gateway in front of it.`;
    return fail('balance', `${CALL} answered 200${page}, but no balance${id}`, remedy);
  }
  return fail('balance', `${CALL} answered ${status}${page}${id}`, remedyFor(status, isHtml, baseUrl));
}

function remedyFor(status: number, isHtml: boolean, baseUrl: string): string {
  if (status === 401) {
    return 'The API rejected the token that was just issued: check that token requests and calls go to the same environment, then ask Conta Simples.';
  }
  if (status === 403 && isHtml) {
    return 'A CDN in front of the API blocks this client: set CONTA_SIMPLES_USER_AGENT, and ask Conta Simples about the IP address.';
  }
  if (status === 403) return 'Check in Internet Banking that the key may read the account.';
  if (status === 429) return 'The limit is 100 calls a minute per IP address, for all its processes together: wait.';
  if (status >= 500) return 'The service is failing: try again later.';
  return `The API does not answer like this: check that ${baseUrl} is its address.`;
}

type BalanceAnswer =
  | {
      readonly answered: true;
      readonly status: number;
      readonly isHtml: boolean;
      readonly hasAmount: boolean;
      readonly requestId: string | undefined;
    }
  | { readonly answered: false; readonly code: string };

/**
 * Makes one call with the token over a new connection, like a token request: no redirect, no retry. Only the form of the
 * answer is kept, not the balance.
 */
async function callBalance(
  token: string,
  isSecret: (text: string) => boolean,
  options: ResolvedOptions,
): Promise<BalanceAnswer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.requestTimeoutMs);
  try {
    return await call(token, isSecret, options, deadline.signal);
  } catch (error) {
    return { answered: false, code: deadline.signal.aborted ? 'ETIMEDOUT' : shownCode(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function call(
  token: string,
  isSecret: (text: string) => boolean,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<BalanceAnswer> {
  const { proxy, tls, httpsAgent } = options.transport();
  const secure = options.baseUrl.startsWith('https:');
  // Not axios.create(), which inherits the defaults of the process.
  const client = new Axios({
    adapter: 'http',
    responseType: 'stream',
    maxRedirects: 0,
    httpAgent: new HttpAgent(),
    validateStatus: () => true,
  });
  const agent = requestAgent({ ...(tls && { tls }), ...(httpsAgent && { httpsAgent }) }, signal);
  const url = options.baseUrl + BALANCE_PATH;
  const chosen = chooseProxy(url, secure ? proxy : false, agent);
  if (!chosen.ok) return { answered: false, code: 'ERR_INVALID_URL' };
  const { status, headers, data } = await client.request<Readable>({
    method: 'get',
    url,
    headers: { Accept: 'application/json', Authorization: `Bearer ${token}`, 'User-Agent': options.userAgent },
    httpsAgent: agent,
    proxy: chosen.proxy,
    signal,
  });
  const body = await receiveBody(data);
  if (!body.ok && body.reason === 'broken_off')
    return { answered: false, code: signal.aborted ? 'ETIMEDOUT' : 'ECONNRESET' };
  const text = body.ok ? body.text : '';
  const json = parseObject(text);
  return {
    answered: true,
    status,
    isHtml: /html/i.test(String(headers['content-type'] ?? '')) || /^\s*<(?:!doctype|html)/i.test(text),
    hasAmount: typeof ownField(json, 'amount') === 'number',
    requestId: requestId(headers as Record<string, unknown>, json, isSecret),
  };
}
