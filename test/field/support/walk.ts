import { expect } from '@jest/globals';
import { emulatorEnvironment, run } from '@support/child.js';
import { startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

export interface Walked {
  readonly result: Record<string, unknown>;
  readonly elapsedMs: number;
  readonly seen: { readonly token: number; readonly traceparents: number };
}

/** What the application of `fixtures/walk.mjs` prints when all is well. */
export const WELL = {
  call: 200,
  fetched: 200,
  replayed: 200,
  failure: { status: 404, isAxiosError: true },
  shows: false,
  closed: 'shut_down',
};

/** Runs that application, as it was made by another tool, against a separate emulator. */
export async function walk(script: string): Promise<Walked> {
  await using emulator = await startContaSimplesEmulator();
  const { code, output, elapsedMs } = await run(script, emulatorEnvironment(emulator));
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) });
  const traceparents = emulator.requests.filter(({ headers }) => headers.traceparent !== undefined).length;
  return { result: JSON.parse(output), elapsedMs, seen: { token: emulator.counts.token.total, traceparents } };
}
