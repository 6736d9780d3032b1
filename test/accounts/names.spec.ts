import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { boot, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import axios from 'axios';
import {
  ContaSimplesAuthError,
  ContaSimplesAuthInterceptor,
  type ContaSimplesCredentials,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';

afterEach(async () => {
  await closeAll();
  Logger.overrideLogger(false);
});

const HOSTILE = [
  'evil\n[Nest] 1  - LOG [ContaSimplesAuth] all is well',
  '\u001b[31mred',
  'a\u202eb',
  'a\u0000b',
  'a\u2028b',
  '"). All is well (account "x',
  'x'.repeat(5_000),
];

const provided = { apiKey: undefined, apiSecret: undefined, accounts: () => EMULATOR_CREDENTIALS };

/** Control characters but for the end of a line, what turns the writing round, and the other two ends of a line. */
const RAW = /[^\P{C}\n]|[\u2028\u2029]|x{65}/u;

/** What Nest's own logger writes meanwhile, as it stands on a terminal. */
async function written(during: () => Promise<unknown>): Promise<string> {
  const streams = [process.stdout, process.stderr] as const;
  const originals = streams.map((stream) => stream.write);
  let output = '';
  const write = (chunk: unknown) => {
    output += String(chunk);
    return true;
  };
  for (const stream of streams) stream.write = write;
  Logger.overrideLogger(new ConsoleLogger({ colors: false, logLevels: ['log', 'warn', 'error', 'debug'] }));
  try {
    await during();
  } finally {
    for (const [index, stream] of streams.entries()) Object.assign(stream, { write: originals[index] });
  }
  return output;
}

describe("an account's name from a provider function", () => {
  it.each(HOSTILE.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    'forges no log line and no message: %s',
    async (_shown, name) => {
      // So short a life that refresh() waits a fraction of a second for the least interval between two requests.
      const emulator = { tokenTtlSeconds: 3 };
      const { tokens, emulator: api } = await boot({ emulator, options: { ...provided, bootstrap: 'lazy' } });
      let error: unknown;
      const output = await written(async () => {
        api.fail('token', { contentType: 'text/plain' });
        await tokens.getToken(name);
        api.fail('token', { status: 401 }, { times: 2 });
        await rejection(tokens.refresh(name));
        tokens.removeAccount(name);
        api.fail('token', { status: 401 }, { times: 2 });
        error = await rejection(tokens.getToken(name));
      });
      const lines = output.trimEnd().split('\n');
      expect(lines).toHaveLength(4);
      expect(lines.filter((line) => !line.startsWith('[Nest]'))).toEqual([]);
      expect(output).not.toMatch(RAW);
      expect(error).toMatchObject({ kind: 'credentials_rejected', account: name });
      expect((error as Error).message).not.toMatch(RAW);
      expect((error as Error).message).not.toContain('\n');
      expect(tokens.status(name).account).toBe(name);
    },
  );

  it('is printed unchanged if it is text', async () => {
    const { tokens, emulator } = await boot({ options: { ...provided, bootstrap: 'lazy' } });
    emulator.fail('token', { status: 401 }, { times: 2 });
    const error = await rejection(tokens.getToken('12.345.678/0001-95'));
    expect((error as Error).message).toContain('(account "12.345.678/0001-95", ');
  });

  it('forges nothing in the message of attach() either', async () => {
    const { app } = await boot({ options: { ...provided, bootstrap: 'lazy' } });
    const auth = app.get(ContaSimplesAuthInterceptor);
    const instance = axios.create();
    auth.attach(instance, { account: 'a\nb' });
    expect(() => auth.attach(instance, { account: 'c' })).toThrow(
      /carries the token of account "a\\nb" \(account "c"\)/,
    );
  });
});

describe('setAccount()', () => {
  const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;

  function refusal(act: () => void): ContaSimplesAuthError {
    try {
      act();
    } catch (error) {
      if (error instanceof ContaSimplesAuthError) return error;
      throw error;
    }
    throw new Error('It was taken');
  }

  it.each([
    ['', 'is blank'],
    ['  ', 'is blank'],
    ['*', 'stands for all accounts'],
    [5, 'is not a string'],
    [undefined, 'is not a string'],
    [null, 'is not a string'],
  ])('takes no account of the name %j', async (name, words) => {
    const { tokens } = await boot();
    const error = refusal(() => tokens.setAccount(name as string, { apiKey, apiSecret }));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect(error.message).toContain(`setAccount() was called with a name that ${words}`);
    expect(tokens.accounts).toEqual(['default']);
  });

  it.each([null, undefined, 'canary', 5, [], {}, { apiKey: 'canary' }])('takes no pair like %j', async (pair) => {
    const { tokens } = await boot();
    const error = refusal(() => tokens.setAccount('a', pair as unknown as ContaSimplesCredentials));
    expect(error).toMatchObject({ kind: 'credentials_unavailable', account: 'a' });
    expect(error.message).not.toContain('canary');
    expect(tokens.accounts).toEqual(['default']);
  });
});
