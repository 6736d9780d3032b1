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
    for (const outcome of [attempted.first, ...attempted.repeated]) {
      expectError(promised, outcome, attempted);
    }
    expect(attempted.repeated).toHaveLength(20);
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

function expectError({ kind, status, retryInMs: [least, most] }: PromisedFailure, outcome: Outcome, when: Attempted) {
  expect(outcome).toMatchObject({ kind, status, retryAt: expect.any(Number) });
  if (!('error' in outcome)) return;
  // Rounded to whole milliseconds on its way.
  expect(outcome.retryAt).toBeGreaterThanOrEqual(when.startedAt + least - 1);
  expect(outcome.retryAt).toBeLessThanOrEqual(when.endedAt + most + 1);
  expect(outcome.error).toBeInstanceOf(Error);
  expect((outcome.error as Error).cause).toBeUndefined();
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
