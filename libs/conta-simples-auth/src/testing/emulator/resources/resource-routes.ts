import { methodNotAllowed, notFound } from '../http/api-errors.js';
import type { Exchange } from '../http/exchange.js';
import type { Reply } from '../http/reply.js';
import { checkBearer } from '../tokens/bearer-header.js';
import type { TokenRegistry } from '../tokens/token-registry.js';
import type { AccountData, AccountDataStore } from './account-data.js';
import { answerAttachment } from './attachments-route.js';
import { answerBalance } from './balance-route.js';
import { answerStatement } from './statements-route.js';

interface ResourceRoute {
  /** How the route is called in the counts, whatever the parameter. */
  readonly template: string;
  readonly pattern: RegExp;
  readonly answer: (data: AccountData, parameter: string, query: string) => Reply;
}

const ROUTES: readonly ResourceRoute[] = [
  {
    template: '/statements/v1/credit-card',
    pattern: /^\/statements\/v1\/credit-card$/,
    answer: (data, _parameter, query) => answerStatement(data, query),
  },
  {
    template: '/accounts/v1/balance',
    pattern: /^\/accounts\/v1\/balance$/,
    answer: (data) => answerBalance(data),
  },
  {
    template: '/attachments/v1/content/{attachmentId}',
    pattern: /^\/attachments\/v1\/content\/([^/]+)$/,
    answer: (data, id) => answerAttachment(data, id),
  },
];

export const UNKNOWN_ROUTE = '(unknown path)';

export function routeTemplate(path: string): string {
  return ROUTES.find(({ pattern }) => pattern.test(path))?.template ?? UNKNOWN_ROUTE;
}

/** All that is not the token endpoint: the path is judged first, then the method, then the token, then the query. */
export function answerResource(exchange: Exchange, tokens: TokenRegistry, data: AccountDataStore): Reply {
  const { path, method, authorization, query } = exchange;
  const route = ROUTES.find(({ pattern }) => pattern.test(path));
  if (route === undefined) {
    return notFound();
  }
  if (method !== 'GET') {
    return methodNotAllowed('GET');
  }
  const { account, refusal } = checkBearer(authorization, tokens);
  return refusal ?? route.answer(data.of(account), route.pattern.exec(path)?.[1] ?? '', query);
}
