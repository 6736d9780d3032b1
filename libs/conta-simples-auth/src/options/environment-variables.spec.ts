import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readDefaultPair, readNamedPairs } from './environment-variables.js';
import { Problems } from './problems.js';

const reader = (variables: Record<string, string>) => (name: string) =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

function told(problems: Problems): string {
  try {
    problems.throwIfAny();
    return '';
  } catch (error) {
    return String(error);
  }
}

function readAll(variables: Record<string, string>) {
  const problems = new Problems();
  const read = reader(variables);
  return { pair: readDefaultPair(read, problems), named: readNamedPairs(read, problems), message: told(problems) };
}

describe('the pair without a name', () => {
  it('is the account default', () => {
    const { pair } = readAll({ CONTA_SIMPLES_API_KEY: 'k', CONTA_SIMPLES_API_SECRET: 's' });
    expect(pair).toMatchObject({ account: 'default', apiKey: { value: 'k' }, apiSecret: { value: 's' } });
  });

  it('is absent where neither half is set', () => {
    expect(readAll({}).pair).toBeUndefined();
  });

  it.each(['CONTA_SIMPLES_API_KEY', 'CONTA_SIMPLES_API_SECRET'])('is there as soon as %s is', (name) => {
    expect(readAll({ [name]: 'x' }).pair).toBeDefined();
  });
});

describe('named pairs', () => {
  it('are read from variables with the name in upper case and underscores', () => {
    const { named, message } = readAll({
      CONTA_SIMPLES_ACCOUNTS: 'matriz, filial-sp',
      CONTA_SIMPLES_MATRIZ_API_KEY: 'k1',
      CONTA_SIMPLES_FILIAL_SP_API_SECRET: 's2',
    });
    expect(message).toBe('');
    expect(named.map(({ account, apiKey, apiSecret }) => [account, apiKey?.value, apiSecret?.value])).toEqual([
      ['matriz', 'k1', undefined],
      ['filial-sp', undefined, 's2'],
    ]);
  });

  it.each(['', '  '])('are none where the list is %p', (list) => {
    expect(readAll({ CONTA_SIMPLES_ACCOUNTS: list })).toMatchObject({ named: [], message: '' });
  });

  it.each(['matriz,', 'a b', 'canary.com', 'caf\u00e9', 'x'.repeat(65), 'a/b', 'a,,b'])(
    'have names of 1 to 64 letters, digits, "-" and "_": not %p',
    (list) => {
      const { message } = readAll({ CONTA_SIMPLES_ACCOUNTS: list });
      expect(message).toContain('CONTA_SIMPLES_ACCOUNTS lists a name that is not 1 to 64');
      expect(message).not.toContain('canary');
    },
  );

  it('may have a name of 64 characters', () => {
    expect(readAll({ CONTA_SIMPLES_ACCOUNTS: 'x'.repeat(64) }).named).toHaveLength(1);
  });

  it.each(['constructor', '__proto__', 'toString'])('may be named %s', (name) => {
    expect(readAll({ CONTA_SIMPLES_ACCOUNTS: name }).named).toMatchObject([{ account: name, apiKey: undefined }]);
  });

  it.each([
    ['filial-sp', 'FILIAL_SP', 'CONTA_SIMPLES_FILIAL_SP_API_KEY'],
    ['filial-sp', 'filial_sp', 'CONTA_SIMPLES_FILIAL_SP_API_KEY'],
    ['matriz', 'Matriz', 'CONTA_SIMPLES_MATRIZ_API_KEY'],
    ['matriz', 'matriz', 'CONTA_SIMPLES_MATRIZ_API_KEY'],
  ])('do not share a variable: %s and %s', (first, second, variable) => {
    const { named, message } = readAll({ CONTA_SIMPLES_ACCOUNTS: `${first},${second}` });
    expect(message).toContain(
      `CONTA_SIMPLES_ACCOUNTS lists "${first}" and "${second}", which would both read ${variable}`,
    );
    expect(named).toHaveLength(1);
  });
});

describe('a secret in a file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'canary-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const file = (name: string, content: string) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  it('is its content less one line end, named by its variable', () => {
    const { pair, message } = readAll({ CONTA_SIMPLES_API_KEY_FILE: file('key', 'k\n') });
    expect(message).toBe('');
    expect(pair?.apiKey).toMatchObject({ name: 'CONTA_SIMPLES_API_KEY_FILE', value: 'k' });
  });

  it('is read again with what it holds then', async () => {
    const { pair } = readAll({ CONTA_SIMPLES_API_KEY_FILE: file('key', 'old') });
    file('key', 'new\n');
    expect(await pair?.apiKey?.reread()).toBe('new');
  });

  it('may be one of a named account', () => {
    const variables = { CONTA_SIMPLES_ACCOUNTS: 'matriz', CONTA_SIMPLES_MATRIZ_API_SECRET_FILE: file('secret', 's') };
    expect(readAll(variables).named).toMatchObject([{ apiSecret: { value: 's' } }]);
  });

  it('is not set where its variable is empty', () => {
    const { pair, message } = readAll({ CONTA_SIMPLES_API_KEY: 'k', CONTA_SIMPLES_API_KEY_FILE: '' });
    expect(message).toBe('');
    expect(pair?.apiKey).toMatchObject({ name: 'CONTA_SIMPLES_API_KEY', value: 'k' });
  });

  it.each(['k', ' '])('excludes the variable itself, which is %p', (value) => {
    const path = file('key', 'k');
    expect(readAll({ CONTA_SIMPLES_API_KEY: value, CONTA_SIMPLES_API_KEY_FILE: path }).message).toContain(
      'CONTA_SIMPLES_API_KEY_FILE is set together with CONTA_SIMPLES_API_KEY',
    );
  });

  it.each(['', 'MATRIZ_'])(
    'stands beside the empty variable of a copied .env.example: CONTA_SIMPLES_%sAPI_KEY',
    (of) => {
      const { pair, named, message } = readAll({
        ...(of !== '' && { CONTA_SIMPLES_ACCOUNTS: 'matriz' }),
        [`CONTA_SIMPLES_${of}API_KEY`]: '',
        [`CONTA_SIMPLES_${of}API_KEY_FILE`]: file('key', 'k'),
        [`CONTA_SIMPLES_${of}API_SECRET`]: '',
        [`CONTA_SIMPLES_${of}API_SECRET_FILE`]: file('secret', 's'),
      });
      expect(message).toBe('');
      expect(of === '' ? pair : named[0]).toMatchObject({ apiKey: { value: 'k' }, apiSecret: { value: 's' } });
    },
  );

  it('without a path leaves an empty variable as the empty value that it is', () => {
    expect(readAll({ CONTA_SIMPLES_API_KEY: '' }).pair?.apiKey?.value).toBe('');
  });

  it.each([
    ['is missing', () => join(directory, 'missing'), 'ENOENT'],
    ['is a directory', () => directory, 'EISDIR'],
    ['is under a file', () => join(file('key', 'k'), 'x'), 'ENOTDIR'],
    ['has an impossible path', () => 'canary\0', 'unreadable'],
    ['has blanks for a path', () => '  ', 'ENOENT'],
  ])('that %s is reported with its variable and its code only', (_what, path, code) => {
    const { message } = readAll({ CONTA_SIMPLES_API_KEY_FILE: path() });
    expect(message).toContain(`CONTA_SIMPLES_API_KEY_FILE names a file that cannot be read (${code})`);
    expect(message).not.toContain('canary');
  });

  const pipe = () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    return path;
  };

  it.each([
    ['a pipe without a writer', pipe, /names a pipe, socket or device/],
    ['a device without an end', () => '/dev/zero', /names a pipe, socket or device/],
    ['a file that is too large', () => file('key', 'canary'.repeat(20_000)), /names a file of more than 64 KiB/],
  ])('is not waited for, nor read whole, where it is %s', async (_what, path, words) => {
    const { message, pair } = readAll({ CONTA_SIMPLES_API_KEY_FILE: path(), CONTA_SIMPLES_API_SECRET: 's' });
    expect(message).toMatch(words);
    expect(message).not.toContain('canary');
    await expect(pair?.apiKey?.reread()).rejects.toThrow(words);
  });
});
