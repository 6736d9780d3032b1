import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@support/fake-clock.js';
import { type CredentialsSource, readCredentials } from './credentials.js';
import { readSecretFile, readSecretFileSync } from './secret-file.js';

const PAIR = { apiKey: 'canary-key', apiSecret: 'canary-secret' };
const never = () => new Promise<never>(() => {});

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});

const read = (source: unknown, signal?: AbortSignal) =>
  readCredentials(source as CredentialsSource, {
    clock,
    encoding: 'plain',
    timeoutMs: 5_000,
    ...(signal && { signal }),
  });
const unavailable = (what: string) => ({
  ok: false,
  failure: { kind: 'credentials_unavailable', what: expect.stringContaining(what) },
});

describe('a source that gives a pair', () => {
  it.each([
    ['at once', () => PAIR],
    ['later', async () => PAIR],
    ['with more beside it', () => ({ ...PAIR, note: 5 })],
  ])('%s is believed', async (_how, source) => {
    const outcome = await read(source);
    expect(outcome.ok && outcome.credentials.basicHeader('plain')).toBe(
      `Basic ${Buffer.from('canary-key:canary-secret').toString('base64')}`,
    );
  });

  it('leaves no timer behind', async () => {
    await read(() => PAIR);
    expect(clock.pending()).toBe(0);
  });

  it('is asked once', async () => {
    let asked = 0;
    await read(() => {
      asked++;
      return PAIR;
    });
    expect(asked).toBe(1);
  });
});

describe('a source that gives none', () => {
  it.each([
    [
      'throws at once',
      () => {
        throw new Error('canary');
      },
      'failed',
    ],
    ['rejects', () => Promise.reject(new Error('canary')), 'failed'],
    ['rejects with nothing', () => Promise.reject(), 'failed'],
    ['gives undefined', () => undefined, 'no pair'],
    ['gives null', () => null, 'no pair'],
    ['gives a string', () => 'canary:canary', 'no pair'],
    ['gives half a pair', () => ({ apiKey: 'canary-key' }), 'apiSecret must be a string'],
    ['gives the other half', () => ({ apiSecret: 'canary-secret' }), 'apiKey must be a string'],
    ['gives a blank key', () => ({ ...PAIR, apiKey: ' ' }), 'apiKey is blank'],
    ['gives a blank secret', () => ({ ...PAIR, apiSecret: '' }), 'apiSecret is blank'],
    ['gives a secret with a line end', () => ({ ...PAIR, apiSecret: 'canary\n' }), 'apiSecret contains a line break'],
    ['gives a key with a colon', () => ({ ...PAIR, apiKey: 'canary:key' }), "apiKey contains ':'"],
    [
      'gives a pair that cannot be read',
      () => ({
        get apiKey() {
          throw new Error('canary');
        },
      }),
      'failed',
    ],
    ['is no function', 'canary', 'failed'],
  ])('fails without a word of what it had: %s', async (_how, source, what) => {
    const outcome = await read(source);
    expect(outcome).toEqual(unavailable(what));
    expect(JSON.stringify(outcome)).not.toContain('canary');
    expect(clock.pending()).toBe(0);
  });
});

describe('a source that hangs', () => {
  it('is waited for until the deadline, and no longer', async () => {
    let outcome: unknown;
    void read(never).then((result) => {
      outcome = result;
    });
    await clock.advance(4_999);
    expect(outcome).toBeUndefined();
    await clock.advance(1);
    expect(outcome).toEqual(unavailable('within 5000 ms'));
  });

  it('holds the process while it is waited for', () => {
    void read(never);
    expect(clock.pending({ hold: true })).toBe(1);
  });

  it('may reject after the deadline without harm', async () => {
    let reject = (_error: Error) => {};
    const late = new Promise<never>((_resolve, rejectLate) => {
      reject = rejectLate;
    });
    const outcome = read(() => late);
    await clock.advance(5_000);
    reject(new Error('canary'));
    // An unhandled rejection would end the process here.
    await clock.advance(1);
    expect(await outcome).toEqual(unavailable('within 5000 ms'));
  });

  it('is not waited for once the signal says so', async () => {
    const shutdown = new AbortController();
    const outcome = read(never, shutdown.signal);
    shutdown.abort();
    expect(await outcome).toEqual(unavailable('before shutdown'));
    expect(clock.pending()).toBe(0);
  });

  it('is not waited for where the signal said so before', async () => {
    expect(await read(never, AbortSignal.abort())).toEqual(unavailable('before shutdown'));
  });
});

describe('a secret in a file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'secret-'));
    path = join(directory, 'api-secret');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it.each([
    ['no line end', 'secret', 'secret'],
    ['a line feed', 'secret\n', 'secret'],
    ['a Windows line end', 'secret\r\n', 'secret'],
    ['two line ends, of which one stays', 'secret\n\n', 'secret\n'],
    ['two Windows line ends, of which one stays', 'secret\r\n\r\n', 'secret\r\n'],
    ['a line end before, which stays', '\nsecret', '\nsecret'],
    ['a space after, which stays', 'secret \n', 'secret '],
    ['nothing', '', ''],
    ['a line end alone', '\n', ''],
  ])('is read with %s', async (_what, content, expected) => {
    await writeFile(path, content);
    expect(await readSecretFile(path)).toBe(expected);
    expect(readSecretFileSync(path)).toBe(expected);
  });

  it('is read anew each time', async () => {
    await writeFile(path, 'old\n');
    expect(await readSecretFile(path)).toBe('old');
    await writeFile(path, 'new\n');
    expect(await readSecretFile(path)).toBe('new');
  });

  it('is unavailable once the file is gone, without its path in the message', async () => {
    const outcome = await read(async () => ({ apiKey: 'key', apiSecret: await readSecretFile(path) }));
    expect(outcome).toEqual(unavailable('failed'));
    expect(JSON.stringify(outcome)).not.toContain(directory);
  });

  it('with two line ends is an unusable pair', async () => {
    await writeFile(path, 'canary\n\n');
    const outcome = await read(async () => ({ apiKey: 'key', apiSecret: await readSecretFile(path) }));
    expect(outcome).toEqual(unavailable('line break'));
  });
});
