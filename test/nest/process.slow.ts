import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emulatorEnvironment, type Finished, run, start } from '@support/child.js';
import { queuedMs, stopwatch } from '@support/stopwatch.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

/* Whole processes, on the built library: how they end, and how soon the demo answers. */

let emulator: ContaSimplesEmulator;

beforeEach(async () => {
  emulator = await startContaSimplesEmulator();
});

afterEach(() => emulator.close());

/** The times are the process's own: on a busy machine the start of Node alone may take seconds. */
function expectSoon({ code, output }: Finished): void {
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^made\nexit \d+ ms after start\n$/) });
  expect(Number(/\d+/.exec(output)?.[0])).toBeLessThan(5_000);
}

describe('a process that uses the library', () => {
  it('ends by itself where it only makes an application context', async () => {
    expectSoon(await run('test/fixtures/context-only.mjs', emulatorEnvironment(emulator)));
    expect(emulator.counts.token.total).toBe(1);
  });

  it('ends by itself while the token endpoint fails', async () => {
    emulator.fail('token', { status: 503 }, { times: Number.POSITIVE_INFINITY });
    expectSoon(await run('test/fixtures/context-only.mjs', emulatorEnvironment(emulator)));
  });

  it('ends within a second of close(), also if its subscribers throw', async () => {
    const { code, output } = await run('test/fixtures/call-and-close.mjs', emulatorEnvironment(emulator));
    expect(output).toMatch(/^exit \d+ ms after close\n$/);
    expect(Number(/\d+/.exec(output)?.[0])).toBeLessThan(1_000);
    expect(code).toBe(0);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 10 });
    expect(emulator.counts.token.total).toBe(2);
  });

  it.each(['every operation', 'set()'])(
    'ends within a second of close(), though its store hangs at %s',
    async (what) => {
      const environment = { ...emulatorEnvironment(emulator), HANGS: what };
      const { code, output } = await run('test/fixtures/hanging-store.mjs', environment);
      expect(output).toMatch(/^shut_down\nexit \d+ ms after close\n$/);
      expect(Number(/\d+/.exec(output)?.[0])).toBeLessThan(1_000);
      expect(code).toBe(0);
    },
  );

  it('may be CommonJS', async () => {
    const { code, output } = await run('test/fixtures/commonjs.cjs', emulatorEnvironment(emulator));
    expect(output).toMatch(/^AccessToken\(sha256:[0-9a-f]{12}\)\n$/);
    expect(code).toBe(0);
  });
});

describe('the demo', () => {
  it('answers its three routes with data of the emulator within 5 s of its start', async () => {
    const elapsedMs = stopwatch();
    const demo = start('apps/demo/dist/main.js', { PORT: '0', NO_COLOR: '1' });
    try {
      const url = await announcedUrl(demo.stdout);
      const balance = await fetch(`${url}/balance`).then((answer) => answer.json());
      expect(elapsedMs() - queuedMs(demo.pid)).toBeLessThan(5_000);
      expect(balance).toEqual({ amount: expect.any(Number) });
      const statement = await fetch(`${url}/statements`).then((answer) => answer.json());
      expect(statement).toMatchObject({ nextPageStartKey: expect.any(String) });
      expect((statement as { transactions: unknown[] }).transactions).toHaveLength(5);
      const status = await fetch(`${url}/token`).then((answer) => answer.text());
      expect(JSON.parse(status)).toMatchObject({ account: 'default', state: 'valid', generation: 1 });
      expect(status).not.toMatch(/eyJ/);
      const refused = await fetch(`${url}/statements?limit=1000`);
      expect(refused.status).toBe(400);
    } finally {
      demo.kill('SIGTERM');
      await once(demo, 'close');
    }
  });
});

/** Reads the address from the line in which the demo tells how to try it. */
function announcedUrl(stdout: NodeJS.ReadableStream | null): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    stdout?.on('data', (chunk) => {
      seen += String(chunk);
      const url = /Try: curl (http:\/\/[^/]+)\//.exec(seen)?.[1];
      if (url !== undefined) resolve(url);
    });
    stdout?.on('end', () => reject(new Error(`The demo ended without saying where it listens: ${seen}`)));
  });
}
