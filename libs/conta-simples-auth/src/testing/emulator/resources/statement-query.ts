import type { ErrorDetail } from '../http/api-errors.js';

/** "The range between startDate and endDate must not exceed 62 days", "limit must be between 5 and 100 per page" (vendor). */
const MAX_RANGE_DAYS = 62;
const MIN_LIMIT = 5;
const MAX_LIMIT = 100;

const DAY_MS = 24 * 60 * 60 * 1000;
const PARAMETERS = ['startDate', 'endDate', 'limit', 'nextPageStartKey'] as const;

export interface StatementQuery {
  readonly startDate: string;
  readonly endDate: string;
  readonly limit: number;
  readonly nextPageStartKey: string | undefined;
}

export type StatementQueryResult =
  | { readonly query: StatementQuery }
  | { readonly details: readonly [ErrorDetail, ...ErrorDetail[]] };

export function parseStatementQuery(query: string): StatementQueryResult {
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
