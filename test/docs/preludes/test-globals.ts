/*
 * The globals that Jest and Vitest give to a test file, for the tests that documents show. They collect, so that a test
 * of the document can run what the block defines.
 */
export { expect } from '@jest/globals';

type Step = () => unknown;

const before: Step[] = [];
const after: Step[] = [];
const tests: [name: string, run: Step][] = [];

export function describe(_name: string, define: () => void): void {
  define();
}

export function beforeAll(run: Step): void {
  before.push(run);
}

export function afterAll(run: Step): void {
  after.push(run);
}

export function it(name: string, run: Step): void {
  tests.push([name, run]);
}

/** Runs the tests that were defined since the last call, one after the other, and returns their names. */
export async function runCollectedTests(): Promise<string[]> {
  const collected = tests.splice(0);
  const closing = after.splice(0);
  for (const run of before.splice(0)) await run();
  try {
    for (const [, run] of collected) await run();
  } finally {
    for (const run of closing) await run();
  }
  return collected.map(([name]) => name);
}
