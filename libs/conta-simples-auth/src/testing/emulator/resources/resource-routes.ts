import type { Exchange } from '../http/exchange.js';
import { jsonReply, methodNotAllowed, notFound, type Reply, reply } from '../http/reply.js';
import { checkBearer } from '../tokens/bearer-header.js';
import type { IssuedTokens } from '../tokens/issued-tokens.js';
import type { AccountData, EmulatedData } from './account-data.js';
import { attachmentBytes } from './attachment-files.js';
import { answerStatement } from './statements.js';

interface ResourceRoute {
  /** The route's name in the counts, without the parameter value. */
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

const UNKNOWN_ROUTE = '(unknown path)';

export function routeTemplate(path: string): string {
  return ROUTES.find(({ pattern }) => pattern.test(path))?.template ?? UNKNOWN_ROUTE;
}

/** Answers all requests except token requests. Checks the path first, then the method, the token and the query. */
export function answerResource(exchange: Exchange, tokens: IssuedTokens, data: EmulatedData): Reply {
  const { path, method, authorization, query } = exchange;
  const route = ROUTES.find(({ pattern }) => pattern.test(path));
  if (route === undefined) {
    return notFound();
  }
  if (method !== 'GET') {
    return methodNotAllowed('GET');
  }
  const { account, rejection } = checkBearer(authorization, tokens);
  return rejection ?? route.answer(data.of(account), route.pattern.exec(path)?.[1] ?? '', query);
}

/** `GET /accounts/v1/balance`, in BRL. */
function answerBalance(data: AccountData): Reply {
  return jsonReply(200, { amount: data.balanceBrl });
}

/** `GET /attachments/v1/content/{attachmentId}`: other accounts' attachments are not found. */
function answerAttachment(data: AccountData, id: string): Reply {
  const attachment = data.attachments.get(id);
  return attachment === undefined
    ? notFound('This account has no such attachment')
    : reply(200, attachment.type, attachmentBytes(attachment));
}
