import { badRequest } from '../http/api-errors.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { AccountData } from './account-data.js';
import type { CardTransaction } from './card-transaction.js';
import { decodePageKey, encodePageKey } from './page-key.js';
import { parseStatementQuery, type StatementQuery } from './statement-query.js';

/**
 * The answer of `GET /statements/v1/credit-card`.
 *
 * @publicApi
 */
export interface CardStatement {
  /** Those of this page, the most recent first. */
  readonly transactions: readonly CardTransaction[];
  /** To be sent as the query parameter of this name for the next page; absent on the last one. */
  readonly nextPageStartKey?: string;
}

/** Filters and pages for real, unlike the vendor's sandbox, which ignores dates and cursors. */
export function answerStatement(data: AccountData, query: string): Reply {
  const parsed = parseStatementQuery(query);
  if ('details' in parsed) {
    return badRequest('The query of the card statement is not valid', ...parsed.details);
  }
  const page = readPage(data.transactions, parsed.query);
  return page === undefined
    ? badRequest('The query of the card statement is not valid', {
        field: 'nextPageStartKey',
        message: 'must be the key of an earlier page of this very query',
      })
    : jsonReply(200, page);
}

function readPage(transactions: readonly CardTransaction[], query: StatementQuery): CardStatement | undefined {
  const { startDate, endDate, limit, nextPageStartKey } = query;
  const matching = transactions.filter(({ transactionDate }) => {
    const day = transactionDate.slice(0, 10);
    return startDate <= day && day <= endDate;
  });
  let start = 0;
  if (nextPageStartKey !== undefined) {
    const lastId = decodePageKey(nextPageStartKey, startDate, endDate);
    start = matching.findIndex(({ id }) => id === lastId) + 1;
    if (start === 0) {
      return undefined;
    }
  }
  const page = matching.slice(start, start + limit);
  const last = page.at(-1);
  const hasMore = last !== undefined && start + page.length < matching.length;
  return {
    transactions: page,
    ...(hasMore && { nextPageStartKey: encodePageKey({ startDate, endDate, lastId: last.id }) }),
  };
}
