import { format, inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger, type LoggerService } from '@nestjs/common';
import { boot, closeAll } from '@support/boot.js';
import { CanaryScanner } from '@support/canaries.js';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import pino from 'pino';

/** So short a life that `refresh()` waits a fraction of a second for the least interval between two requests. */
const BRIEF = { tokenTtlSeconds: 3 };
const LEVELS = ['log', 'error', 'warn', 'debug'] as const;

type Level = (typeof LEVELS)[number];
type Output = { readonly [level in Level]: string[] };

afterEach(async () => {
  await closeAll();
  Logger.overrideLogger(false);
});

/** What an application with this logger writes of a first token, a refused refresh and a store that is gone. */
async function story(logger: LoggerService): Promise<string> {
  const failing = () => Promise.reject(new Error('ECONNREFUSED'));
  const store = { get: failing, set: failing, ttlMs: failing };
  const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy', store }, emulator: BRIEF });
  Logger.overrideLogger(logger);
  const token = await tokens.getAccessToken();
  emulator.fail('token', { status: 401, headers: { 'x-request-id': 'req-42' } }, { times: 2 });
  await expect(tokens.refresh()).rejects.toMatchObject({ kind: 'credentials_rejected' });
  Logger.overrideLogger(false);
  return token;
}

/** Runs it with what is written to the process caught: Nest's own loggers write nowhere else. */
async function written(logger: LoggerService): Promise<{ lines: string[]; token: string }> {
  const streams = [process.stdout, process.stderr] as const;
  const originals = streams.map((stream) => stream.write);
  const lines: string[] = [];
  for (const stream of streams) stream.write = (chunk: unknown) => lines.push(String(chunk)) > 0;
  try {
    const token = await story(logger);
    return { lines: lines.filter((line) => line.includes('ContaSimplesAuth')), token };
  } finally {
    for (const [index, stream] of streams.entries()) Object.assign(stream, { write: originals[index] });
  }
}

function expectNoSecret(lines: string[], token: string): void {
  const scanner = new CanaryScanner({
    key: EMULATOR_CREDENTIALS.apiKey,
    secret: EMULATOR_CREDENTIALS.apiSecret,
    token,
  });
  scanner.expectNone(lines.map((text) => ({ channel: 'log', text })));
}

const ACQUIRED = /^Token sha256:[0-9a-f]{12} obtained for account "default" \(first\), ends \d{4}-.*Z$/;
const DEGRADED =
  /^Refresh fails for account "default", calls still get the held token: The token endpoint answered 401 \[credentials_rejected\]\. .* Next attempt at \d{4}-.*Z\.$/;
const FIELDS_OF_DEGRADED = {
  msg: expect.stringMatching(DEGRADED),
  event: 'degraded',
  account: 'default',
  kind: 'credentials_rejected',
  status: 401,
  requestId: 'req-42',
  attempts: 1,
  retryAt: expect.any(Number),
  reason: 'The token endpoint answered 401',
};
const FIELDS_OF_ACQUIRED = {
  msg: expect.stringMatching(ACQUIRED),
  event: 'acquired',
  account: 'default',
  cause: 'first',
  fingerprint: expect.stringMatching(/^sha256:/),
  generation: 1,
  expiresAt: expect.any(Number),
  durationMs: expect.any(Number),
};

describe("Nest's text logger", () => {
  it('prints one readable line for each change, and nothing around it', async () => {
    const { lines, token } = await written(new ConsoleLogger({ colors: false, logLevels: ['verbose'] }));
    const messages = lines.map((line) => line.replace(/^.*\[ContaSimplesAuth\] /s, '').trimEnd());
    expect(
      lines.every((line) => /^\[Nest\] \d+ {2}- .* (LOG|WARN|ERROR|DEBUG) \[ContaSimplesAuth\] [^\n]+\n$/.test(line)),
    ).toBe(true);
    expect(messages).toEqual([
      expect.stringMatching(/^The shared token store is unavailable \(.*\): this process requests its own tokens$/),
      expect.stringMatching(ACQUIRED),
      expect.stringMatching(DEGRADED),
    ]);
    expectNoSecret(lines, token);
  });

  it('colours the line by its level, as it does with a text', async () => {
    const { lines } = await written(new ConsoleLogger({ colors: true, logLevels: ['verbose'] }));
    const message = (part: string) =>
      JSON.stringify(lines.find((line) => line.includes(part)))
        .split('[ContaSimplesAuth] ')
        .at(1);
    expect(message('obtained')).toMatch(/\\u001b\[32mToken sha256:.*Z\\u001b\[39m\\n"$/);
    expect(message('Refresh fails')).toMatch(/\\u001b\[33mRefresh fails.*\.\\u001b\[39m\\n"$/);
  });
});

describe("Nest's JSON logger", () => {
  it.each([
    ['unchanged', {}],
    ['with redaction, which makes copies', { redact: ['fingerprint', 'requestId'] }],
  ])('prints the fields as fields, %s', async (_how, options) => {
    const { lines, token } = await written(new ConsoleLogger({ json: true, logLevels: ['verbose'], ...options }));
    const records = lines.map((line) => JSON.parse(line));
    const hidden = 'redact' in options ? { requestId: '[REDACTED]' } : {};
    expect(records.map(({ level, context }) => ({ level, context }))).toEqual([
      { level: 'warn', context: 'ContaSimplesAuth' },
      { level: 'log', context: 'ContaSimplesAuth' },
      { level: 'warn', context: 'ContaSimplesAuth' },
    ]);
    expect(records.at(0).message).toMatchObject({
      event: 'store_unavailable',
      account: '*',
      reason: expect.any(String),
    });
    expect(records.at(2).message).toEqual({ ...FIELDS_OF_DEGRADED, ...hidden });
    if (!('redact' in options)) expect(records.at(1).message).toEqual(FIELDS_OF_ACQUIRED);
    expectNoSecret(lines, token);
  });
});

describe('pino', () => {
  /**
   * The package nestjs-pino is not installed here. This is how its LoggerService hands things on, by its source: the last
   * parameter is the context, an object is merged into the first argument of pino, a text is the second one.
   */
  function likeNestjsPino(logger: pino.Logger): LoggerService {
    const call = (level: 'info' | 'error' | 'warn' | 'debug', message: unknown, parameters: unknown[]) => {
      const context = parameters.length > 0 ? { context: parameters.at(-1) } : {};
      const rest = parameters.slice(0, -1) as [];
      if (typeof message === 'object') logger[level](Object.assign(context, message), ...rest);
      else logger[level](context, String(message), ...rest);
    };
    return {
      log: (message, ...parameters) => call('info', message, parameters),
      error: (message, ...parameters) => call('error', message, parameters),
      warn: (message, ...parameters) => call('warn', message, parameters),
      debug: (message, ...parameters) => call('debug', message, parameters),
    };
  }

  /** An application's own, which passes the object on unchanged. */
  function direct(logger: pino.Logger): LoggerService {
    return {
      log: (message) => logger.info(message),
      error: (message) => logger.error(message),
      warn: (message) => logger.warn(message),
      debug: (message) => logger.debug(message),
    };
  }

  it.each([
    ['as nestjs-pino calls it', likeNestjsPino, { context: 'ContaSimplesAuth' }],
    ['called with the object alone', direct, {}],
  ])('has a message and fields, %s', async (_how, wrap, more) => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
    const token = await story(wrap(logger));
    const basics = { time: expect.any(Number), pid: process.pid, hostname: expect.any(String), ...more };
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 40, event: 'store_unavailable' }),
      { level: 30, ...basics, ...FIELDS_OF_ACQUIRED },
      { level: 40, ...basics, ...FIELDS_OF_DEGRADED },
    ]);
    expectNoSecret(lines, token);
  });

  it('has them for an error too, which Nest hands on with a parameter more', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    Logger.overrideLogger(likeNestjsPino(logger));
    emulator.fail('token', { status: 403 });
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'forbidden' });
    Logger.overrideLogger(false);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 50,
        msg: expect.stringMatching(/^No token for account "default"/),
        event: 'cooling',
        kind: 'forbidden',
        status: 403,
        context: 'ContaSimplesAuth',
      }),
    ]);
  });
});

describe("an application's own logger", () => {
  it.each<[string, (message: unknown) => string]>([
    ['joins texts', (message) => `${message}`],
    ['converts', String],
    ['formats', (message) => format('%s', message)],
    ['inspects', (message) => inspect(message, { depth: 20 })],
    ['takes the field message of an object, as those for winston do', (message) => (message as Error).message],
  ])('that %s sees the sentence', async (_how, print) => {
    const seen: Output = { log: [], error: [], warn: [], debug: [] };
    const own = Object.fromEntries(
      LEVELS.map((level) => [level, (message: unknown) => seen[level].push(print(message))]),
    );
    await story(own as unknown as LoggerService);
    expect(seen).toEqual({
      log: [expect.stringMatching(ACQUIRED)],
      warn: [expect.stringMatching(/^The shared token store/), expect.stringMatching(DEGRADED)],
      error: [],
      debug: [],
    });
  });

  it('that throws harms nothing', async () => {
    let calls = 0;
    const raise = () => {
      calls++;
      throw new Error('of the logger');
    };
    await story({ log: raise, error: raise, warn: raise, debug: raise });
    expect(calls).toBe(3);
  });
});
