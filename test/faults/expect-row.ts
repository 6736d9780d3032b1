import { expect } from '@jest/globals';
import { expectNoTrace } from '@support/leaks.js';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { CANARY } from './bodies.js';
import {
  type Attempted,
  DEADLINE_MS,
  type Observed,
  type Outcome,
  type PromisedFailure,
  type PromisedToken,
  type Row,
  type Warm,
} from './row.js';

/** One step of the backoff of a short-lived token, and what a busy machine may take on top of it. */
const STEP_MS = 1_000;
const SLACK_MS = 3_000;

export function expectRow(row: Row, { cold, warm }: Observed): void {
  const { promised } = row;
  if (promised.kind === 'token') expectToken(promised, cold, warm);
  else expectFailure(promised as PromisedFailure, cold, warm);
  for (const attempted of [cold, warm]) {
    expect(attempted.facts).toEqual(row.facts ?? {});
    expectWarnings(row, attempted);
    expectLogged(row, attempted);
  }
  expectNoTrace([cold.first, cold.log, warm.first, warm.log], SECRETS);
}

function expectFailure(promised: PromisedFailure, cold: Attempted, warm: Warm): void {
  expect(warm.served).toEqual([warm.held]);
  for (const attempted of [cold, warm]) {
    expect(attempted.arrivals).toEqual(arrivals(promised));
    expect(attempted.arrivalsLater).toEqual(arrivals(promised));
    expect(attempted.repeated).toHaveLength(20);
    expectErrors(promised, [attempted.first, ...attempted.repeated], attempted);
  }
  expect(cold.log.error).toHaveLength(1);
  // Two attempts with their deadlines, where one is needed, and the pause between them.
  expect(cold.endedAt - cold.startedAt).toBeLessThan(2 * DEADLINE_MS.cold + STEP_MS / 2 + SLACK_MS);
  expect(warm.log.warn?.filter((line) => line.startsWith('Refresh fails'))).toHaveLength(1);
  if (!promised.recovers) return;
  expect(warm.recovery?.afterMs).toBeLessThan(STEP_MS + SLACK_MS);
  expect(warm.recovery?.fingerprint).not.toBe(warm.held);
  expect(warm.recovery?.arrivals.requests).toBe(promised.requests + 1);
}

/** One comparison for all outcomes of a row: with one for each property of each outcome, these took most of the time. */
function expectErrors(
  { kind, status, retryInMs: [least, most] }: PromisedFailure,
  outcomes: readonly Outcome[],
  when: Attempted,
): void {
  // Rounded to whole milliseconds on its way.
  const isInTime = (at: unknown) =>
    typeof at === 'number' && at >= when.startedAt + least - 1 && at <= when.endedAt + most + 1;
  const seen = outcomes.map((outcome) => {
    const { error, retryAt, status } = outcome as { error?: unknown; retryAt?: unknown; status?: unknown };
    return {
      kind: outcome.kind,
      status,
      retryAt: isInTime(retryAt) ? 'in time' : [when.startedAt, retryAt, when.endedAt],
      isError: error instanceof Error,
      cause: (error as Error | undefined)?.cause,
    };
  });
  const expected = { kind, status, retryAt: 'in time', isError: true, cause: undefined };
  expect(seen).toEqual(outcomes.map(() => expected));
}

function expectToken(promised: PromisedToken, cold: Attempted, warm: Warm): void {
  const { first } = cold;
  expect(first).toMatchObject({ kind: 'token', lifeMs: promised.lifeMs });
  // Epoch milliseconds of this machine, independent of the server's clock.
  expect(first).toHaveProperty('obtainedAt', expect.any(Number));
  const { obtainedAt } = first as { obtainedAt: number };
  expect(obtainedAt >= cold.startedAt && obtainedAt <= cold.endedAt).toBe(true);
  expect(cold.repeated).toEqual(Array.from({ length: 20 }, () => first));
  expect(cold.arrivalsLater).toEqual(arrivals(promised));
  expect(warm.first).toMatchObject({ kind: 'token', fingerprint: expect.not.stringContaining(warm.held) });
  expect(warm.arrivalsLater).toEqual(arrivals(promised));
  expect(warm.served).toEqual([warm.held, (warm.first as { fingerprint: string }).fingerprint]);
  expect([...(cold.log.error ?? []), ...(warm.log.error ?? [])]).toEqual([]);
}

function arrivals({ requests, attempts }: PromisedFailure | PromisedToken) {
  return { requests, ...(attempts !== undefined && { attempts }) };
}

function expectWarnings({ warnings = [] }: Row, { log }: Attempted): void {
  const told = log.warn?.flatMap((line) => /^Token answer for account "[^"]+": (.*)/.exec(line)?.[1] ?? []) ?? [];
  expect(told).toEqual(warnings.map((warning) => expect.stringContaining(warning)));
}

function expectLogged({ logged }: Row, { log }: Attempted): void {
  if (logged === undefined) return;
  expect([...(log.error ?? []), ...(log.warn ?? [])]).toContainEqual(expect.stringContaining(logged));
}

const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
/** One text, so that each value is printed once. */
const SECRETS = [apiSecret, Buffer.from(`${apiKey}:${apiSecret}`).toString('base64'), CANARY].join(' ');
