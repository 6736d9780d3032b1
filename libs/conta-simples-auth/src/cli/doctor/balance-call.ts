import { Agent as HttpAgent } from 'node:http';
import type { Readable } from 'node:stream';
import { Axios } from 'axios';
import { ownField, parseObject } from '../../oauth/json-object.js';
import { chooseProxy } from '../../oauth/proxy.js';
import { readBody } from '../../oauth/read-body.js';
import { requestAgent } from '../../oauth/request-agent.js';
import { requestId } from '../../oauth/request-id.js';
import type { ResolvedOptions } from '../../options/resolved-options.js';
import { codeOf } from './step.js';

export const BALANCE_PATH = '/accounts/v1/balance';

export type BalanceAnswer =
  | {
      readonly answered: true;
      readonly status: number;
      readonly isHtml: boolean;
      readonly hasAmount: boolean;
      readonly requestId: string | undefined;
    }
  | { readonly answered: false; readonly code: string };

/**
 * One call with the token, over a connection of its own, as a token request is made: no redirect, no retry. Nothing of
 * the answer is kept but what it looks like: an account's balance is nobody's business here.
 */
export async function callBalance(
  token: string,
  isSecret: (text: string) => boolean,
  options: ResolvedOptions,
): Promise<BalanceAnswer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.requestTimeoutMs);
  try {
    return await call(token, isSecret, options, deadline.signal);
  } catch (error) {
    return { answered: false, code: deadline.signal.aborted ? 'ETIMEDOUT' : codeOf(error) };
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
  // Not axios.create(), which would inherit the defaults of the process.
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
  const body = await readBody(data);
  if (!body.ok && body.reason === 'broken_off')
    return { answered: false, code: signal.aborted ? 'ETIMEDOUT' : 'ECONNRESET' };
  const text = body.ok ? body.text : '';
  return {
    answered: true,
    status,
    isHtml: /html/i.test(String(headers['content-type'] ?? '')) || /^\s*<(?:!doctype|html)/i.test(text),
    hasAmount: typeof ownField(parseObject(text), 'amount') === 'number',
    requestId: requestId(headers as Record<string, unknown>, text, isSecret),
  };
}
