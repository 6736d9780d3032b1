import { badRequest, type ErrorDetail, jsonReply, type Reply } from '../http/reply.js';
import type { AccountData } from './account-data.js';
import type { CardTransaction } from './card-transaction.js';
import { DAY_MS } from './transaction-generator.js';

/**
 * The answer of `GET /statements/v1/credit-card`.
 *
 * @publicApi
 */
export interface CardStatement {
  /** The transactions of this page, the most recent first. */
  readonly transactions: readonly CardTransaction[];
  /** Send it as the query parameter of this name to get the next page; absent on the last page. */
  readonly nextPageStartKey?: string;
}

/** Applies dates and page keys, unlike the vendor's sandbox, which ignores both. */
export function answerStatement(data: AccountData, query: string): Reply {
  const parsed = parseStatementQuery(query);
  if ('details' in parsed) {
    return badRequest('The query of the card statement is not valid', ...parsed.details);
  }
  const page = readPage(data.transactions, parsed.query);
  return page === undefined
    ? badRequest('The query of the card statement is not valid', {
        field: 'nextPageStartKey',
        message: 'must be the key of an earlier page of the same query',
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

/** "The range between startDate and endDate must not exceed 62 days", "limit must be between 5 and 100 per page" (vendor). */
const MAX_RANGE_DAYS = 62;
const MIN_LIMIT = 5;
const MAX_LIMIT = 100;

const PARAMETERS = ['startDate', 'endDate', 'limit', 'nextPageStartKey'] as const;

export interface StatementQuery {
  readonly startDate: string;
  readonly endDate: string;
  readonly limit: number;
  readonly nextPageStartKey: string | undefined;
}

type StatementQueryResult =
  | { readonly query: StatementQuery }
  | { readonly details: readonly [ErrorDetail, ...ErrorDetail[]] };

function parseStatementQuery(query: string): StatementQueryResult {
  const parameters = new URLSearchParams(query);
  const startDate = parameters.get('startDate') ?? '';
  const endDate = parameters.get('endDate') ?? '';
  const limit = parameters.get('limit') ?? '';
  const [first, ...others] = [...repeated(parameters), ...dateProblems(startDate, endDate), ...limitProblems(limit)];
  if (first !== undefined) {
    return { details: [first, ...others] };
  }
  const nextPageStartKey = parameters.get('nextPageStartKey') ?? undefined;
  return { query: { startDate, endDate, limit: Number(limit), nextPageStartKey } };
}

function repeated(parameters: URLSearchParams): ErrorDetail[] {
  return PARAMETERS.filter((name) => parameters.getAll(name).length > 1).map((field) => ({
    field,
    message: 'must be given once',
  }));
}

function* dateProblems(startDate: string, endDate: string): Generator<ErrorDetail> {
  const start = calendarDay(startDate);
  const end = calendarDay(endDate);
  if (start === undefined) {
    yield { field: 'startDate', message: 'must be a date of the calendar as YYYY-MM-DD' };
  }
  if (end === undefined) {
    yield { field: 'endDate', message: 'must be a date of the calendar as YYYY-MM-DD' };
  }
  if (start === undefined || end === undefined) {
    return;
  }
  if (end < start) {
    yield { field: 'endDate', message: 'must not be before startDate' };
  } else if (end - start > MAX_RANGE_DAYS) {
    yield { field: 'endDate', message: `must be at most ${MAX_RANGE_DAYS} days after startDate` };
  }
}

function* limitProblems(limit: string): Generator<ErrorDetail> {
  const value = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (value < MIN_LIMIT || value > MAX_LIMIT) {
    yield { field: 'limit', message: `must be a whole number from ${MIN_LIMIT} to ${MAX_LIMIT}` };
  }
}

/** The day's number since the epoch; `undefined` for 2025-02-30, which `Date` would roll over into March. */
function calendarDay(date: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00.000Z`) : Number.NaN;
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : time / DAY_MS;
}

/** The content of a page key: the last id of the previous page, and the dates of the query. */
interface PagePosition {
  readonly startDate: string;
  readonly endDate: string;
  readonly lastId: string;
}

function encodePageKey({ startDate, endDate, lastId }: PagePosition): string {
  return Buffer.from(JSON.stringify([startDate, endDate, lastId])).toString('base64url');
}

/** The id after which the page starts, or `undefined` if `encodePageKey` did not make the key for these dates. */
function decodePageKey(key: string, startDate: string, endDate: string): string | undefined {
  const lastId = readLastId(key);
  // Encoded again and compared, to reject variants that base64 and JSON accept (padding, white space, another alphabet).
  return lastId !== undefined && encodePageKey({ startDate, endDate, lastId }) === key ? lastId : undefined;
}

function readLastId(key: string): string | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(key, 'base64url').toString('utf8'));
    return Array.isArray(parts) && typeof parts[2] === 'string' ? parts[2] : undefined;
  } catch {
    return undefined;
  }
}
