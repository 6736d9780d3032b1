import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { closeFleet, fleet, PATIENT, type ReplicaOptions, replica } from '@support/fleet.js';
import { hasRedis, RedisServer } from '@support/redis-server.js';
import { stopwatch } from '@support/stopwatch.js';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { createClient } from 'redis';

const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
const FOREVER = { times: Number.POSITIVE_INFINITY };

let emulator: ContaSimplesEmulator;
let redis: RedisServer;

/** Skipped where there is no Redis; `hasRedis` has said so by then. */
const withRedis = hasRedis ? describe : describe.skip;

beforeEach(async () => {
  if (!hasRedis) return;
  emulator = await startContaSimplesEmulator();
  redis = await RedisServer.start();
});

afterEach(async () => {
  Logger.overrideLogger(false);
  await closeFleet();
  if (!hasRedis) return;
  await emulator.close();
  await redis.close();
});

const tokenKey = () => redis.cli('keys', '*:token');

/** Replicas that wait for a Redis which works, on a busy machine as well. */
const patient = (options: ReplicaOptions = {}) =>
  replica(emulator, redis.port, { ...options, store: { ...PATIENT, ...options.store } });
const patientFleet = (size: number, options: ReplicaOptions = {}) =>
  Promise.all(Array.from({ length: size }, () => patient(options)));

withRedis('a fleet on one Redis', () => {
  it('makes one request, cold, and every replica has the same token', async () => {
    emulator.latencyMs = { token: 300 };
    const replicas = await patientFleet(20);
    const elapsedMs = stopwatch();
    const tokens = await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
    expect(emulator.counts.token.total).toBe(1);
    expect(new Set(tokens.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(elapsedMs()).toBeLessThan(2_000);
  });

  it('gives a replica that starts later the token that is there, with what is left of its life', async () => {
    const first = await patient();
    const early = await first.tokens.getToken();
    const second = await patient();
    const startedAt = performance.now();
    const late = await second.tokens.getToken();
    // The rest of the lifetime is counted from before Redis was asked for it.
    const tookMs = performance.now() - startedAt;
    expect(late.fingerprint).toBe(early.fingerprint);
    expect(Math.abs(late.expiresAt - early.expiresAt)).toBeLessThan(100 + tookMs);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('makes one request a life, for any order of the replicas', async () => {
    emulator.tokenTtlSeconds = 2;
    const replicas = await patientFleet(5, { options: { bootstrap: 'background' } });
    await emulator.waitForRequest('token', 4, { timeoutMs: 15_000, answered: true });
    // All are served, by four requests in three renewals, not by fifteen.
    const fingerprints = new Set(
      await Promise.all(replicas.map(async ({ tokens }) => (await tokens.getToken()).value)),
    );
    expect(fingerprints.size).toBeLessThanOrEqual(2);
    expect(emulator.counts.token.total).toBeLessThanOrEqual(5);
    expect(emulator.counts.token.peakConcurrency).toBe(1);
  }, 20_000);

  it('replaces a token refused in one replica once for all', async () => {
    const replicas = await patientFleet(5);
    const [old] = await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
    if (old === undefined) throw new Error('there should be a token');
    emulator.revokeTokens();
    const answers = await Promise.all(replicas.map(({ tokens }) => tokens.fetch('/accounts/v1/balance')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(emulator.counts.token.total).toBe(2);
  }, 15_000);

  it('shares a cool-down, also with a replica that starts while it lasts', async () => {
    emulator.fail('token', { status: 401 }, FOREVER);
    const [one, two] = await patientFleet(2);
    await expect(one?.tokens.getToken()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    await expect(two?.tokens.getToken()).rejects.toMatchObject({ kind: 'credentials_rejected', status: 401 });
    const restarted = await patient();
    await expect(restarted.tokens.getToken()).rejects.toMatchObject({ kind: 'credentials_rejected', status: 401 });
    expect(emulator.counts.token.total).toBe(1);
  });

  it('ends the cool-down of one replica when another has got a token', async () => {
    emulator.fail('token', { status: 401 });
    const [one, two] = await patientFleet(2);
    await expect(one?.tokens.getToken()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    // As where the pair was let in again, and an operator cleared the way for one replica.
    for (const key of redis.cli('keys', '*').split('\n')) redis.cli('del', key);
    const token = await two?.tokens.getToken();
    await expect(one?.tokens.getToken()).rejects.toMatchObject({ kind: 'credentials_rejected' });
    // Checked when a caller asks, at most every 5 s; the cool-down would last a minute.
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    expect((await one?.tokens.getToken())?.fingerprint).toBe(token?.fingerprint);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1, 401: 1 });
  }, 15_000);

  it('lets callers of every replica wait through one failure of the endpoint', async () => {
    emulator.fail('token', { status: 503 });
    const replicas = await patientFleet(5);
    const tokens = await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
    expect(new Set(tokens.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1, 503: 1 });
  });

  it('cools for all accounts and replicas when the limit by address is met', async () => {
    emulator.addAccount({ name: 'other', apiKey: 'other-key', apiSecret: 'other-secret' });
    emulator.fail('token', { status: 429, headers: { 'retry-after': 60 } }, FOREVER);
    const one = await patient();
    await expect(one.tokens.getToken()).rejects.toMatchObject({ kind: 'rate_limited' });
    const options = { apiKey: 'other-key', apiSecret: 'other-secret' };
    const other = await patient({ options });
    await expect(other.tokens.getToken()).rejects.toMatchObject({ kind: 'rate_limited', status: 429 });
    expect(emulator.counts.token.total).toBe(1);
  });

  it('keeps two secrets of one key apart, as in a rolling deployment (S21)', async () => {
    const old = await patient();
    await old.tokens.getToken();
    emulator.rotate(apiKey, { apiKey, apiSecret: 'the-next-secret' });
    const next = await patient({ options: { apiSecret: 'the-next-secret' } });
    await next.tokens.getToken();
    expect((await old.tokens.getToken()).fingerprint).not.toBe((await next.tokens.getToken()).fingerprint);
    expect(redis.cli('keys', '*:token').split('\n')).toHaveLength(2);
  });

  it('asks once for each account, however long its requests queue in either replica', async () => {
    // Twelve rounds of sixteen requests: longer than a lease together, and each far shorter than its limit.
    emulator.latencyMs = { token: 250 };
    const names = Array.from({ length: 192 }, (_, index) => `company-${index}`);
    const accounts = Object.fromEntries(names.map((name) => [name, { apiKey: `key-of-${name}`, apiSecret: name }]));
    for (const name of names) emulator.addAccount({ name, apiKey: `key-of-${name}`, apiSecret: name });
    const options = { accounts, requestTimeoutMs: 2_000, waitTimeoutMs: 30_000 };
    const replicas = await patientFleet(2, { options, store: { leaseMs: 2_100 } });
    await Promise.all(replicas.flatMap(({ tokens }) => names.map((name) => tokens.getToken(name))));
    expect(emulator.counts.token.byAccount).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
  }, 60_000);

  it('is not held back by a replica that is closed in the middle of its request', async () => {
    const [closing, other] = await patientFleet(2);
    emulator.fail('token', { delayMs: 3_000 });
    closing?.tokens.getToken().catch(() => {});
    await emulator.waitForRequest('token', 1);
    await closing?.close();
    const elapsedMs = stopwatch();
    await other?.tokens.getToken();
    expect(elapsedMs()).toBeLessThan(1_000);
    expect(other?.events.map(({ type }) => type)).toEqual(['acquired']);
  });

  it('works with the redis client as well, on the same records', async () => {
    const one = await patient();
    const first = await one.tokens.getToken();
    const client = createClient({ socket: { host: '127.0.0.1', port: redis.port } });
    await client.connect();
    const { redisTokenStore } = await import('nestjs-conta-simples-auth/redis');
    const two = await patient({ options: { store: redisTokenStore(client) } });
    expect((await two.tokens.getToken()).fingerprint).toBe(first.fingerprint);
    expect(emulator.counts.token.total).toBe(1);
    client.destroy();
  });
});

withRedis('what is stored', () => {
  it('shows neither token nor credentials, and ends with the token', async () => {
    const { tokens } = await patient();
    const { value } = await tokens.getToken();
    const stored = JSON.stringify(redis.dump());
    for (const secret of [value, apiKey, apiSecret, Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')]) {
      for (let start = 0; start + 12 <= secret.length; start += 3)
        expect(stored).not.toContain(secret.slice(start, start + 12));
    }
    const ttl = Number(redis.cli('pttl', tokenKey()));
    expect(ttl).toBeGreaterThan(1_790_000);
    expect(ttl).toBeLessThanOrEqual(1_800_000);
  });

  it.each([
    ['garbage', () => redis.cli('set', tokenKey(), 'garbage')],
    [
      'another type',
      () => {
        const key = tokenKey();
        return [redis.cli('del', key), redis.cli('lpush', key, 'x')];
      },
    ],
    ['nothing', () => redis.cli('flushall')],
    ['a flipped bit', () => redis.cli('setrange', tokenKey(), '40', '!')],
    ['half of it', () => redis.cli('set', tokenKey(), redis.cli('get', tokenKey()).slice(0, 60))],
    ['a short tag', () => redis.cli('set', tokenKey(), 'AAAAAAAAAAAAAAAAAAAA')],
  ])('is replaced by one request where it is %s (S08, S09)', async (_what, spoil) => {
    const one = await patient();
    const { fingerprint } = await one.tokens.getToken();
    spoil();
    redis.cli('del', redis.cli('keys', '*:lease'));
    const two = await patient();
    expect((await two.tokens.getToken()).fingerprint).not.toBe(fingerprint);
    expect(emulator.counts.token.total).toBe(2);
    expect(two.events.some(({ type }) => type === 'store_unavailable')).toBe(false);
  });

  it('does not last for ever where a lease was made to: a cold start takes it over', async () => {
    await (await patient()).tokens.getToken();
    redis.cli('persist', redis.cli('keys', '*:lease'));
    redis.cli('del', tokenKey());
    const replicas = await patientFleet(5);
    const elapsedMs = stopwatch();
    await Promise.all(replicas.map(({ tokens }) => tokens.getToken()));
    expect(elapsedMs()).toBeLessThan(4_000);
    expect(emulator.counts.token.total).toBe(2);
    expect(Number(redis.cli('pttl', redis.cli('keys', '*:lease')))).toBeGreaterThan(0);
  });

  it('has whole milliseconds, also if the options have fractions', async () => {
    const options = { requestTimeoutMs: 10_000 / 3 };
    const { tokens, events } = await patient({ options });
    await tokens.getToken();
    expect(events.map(({ type }) => type)).toEqual(['acquired']);
    expect(tokenKey()).not.toBe('');
  });

  it('lives as long as the shorter of its lifetime and its key (S13)', async () => {
    const first = await (await patient()).tokens.getToken();
    redis.cli('pexpire', tokenKey(), '600000');
    const shorter = await (await patient()).tokens.getToken();
    expect(shorter.expiresAt - Date.now()).toBeLessThanOrEqual(600_000);
    redis.cli('pexpire', tokenKey(), '86400000');
    const longer = await (await patient()).tokens.getToken();
    expect(Math.abs(longer.expiresAt - first.expiresAt)).toBeLessThan(1_000);
    redis.cli('persist', tokenKey());
    const endless = await (await patient()).tokens.getToken();
    expect(Math.abs(endless.expiresAt - first.expiresAt)).toBeLessThan(1_000);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('costs one request at most where an older record that is still good is put back (S12)', async () => {
    const one = await patient();
    const old = await one.tokens.getToken();
    const key = tokenKey();
    const record = redis.cli('get', key);
    redis.cli('del', redis.cli('keys', '*:lease'));
    emulator.revokeTokens();
    const other = await patient();
    await other.tokens.fetch('/accounts/v1/balance');
    redis.cli('set', key, record, 'PX', '1700000');
    const late = await patient();
    expect((await late.tokens.getToken()).fingerprint).toBe(old.fingerprint);
    expect((await late.tokens.fetch('/accounts/v1/balance')).status).toBe(200);
    expect(emulator.counts.token.total).toBeLessThanOrEqual(3);
  }, 20_000);

  it('cannot be moved to the key of another pair', async () => {
    emulator.addAccount({ name: 'other', apiKey: 'other-key', apiSecret: 'other-secret' });
    const one = await patient();
    const mine = await one.tokens.getToken();
    const other = await patient({ options: { apiKey: 'other-key', apiSecret: 'other-secret' } });
    await other.tokens.getToken();
    const [first = '', second = ''] = redis.cli('keys', '*:token').split('\n');
    const [a, b] = [redis.cli('get', first), redis.cli('get', second)];
    redis.cli('set', first, b);
    redis.cli('set', second, a);
    for (const lease of redis.cli('keys', '*:lease').split('\n')) redis.cli('del', lease);
    const third = await patient();
    expect((await third.tokens.getToken()).fingerprint).not.toBe(mine.fingerprint);
    expect(emulator.counts.token.byAccount).toEqual({ default: 2, other: 1 });
  });
});

withRedis('a Redis in trouble', () => {
  it('that is not there at start leaves the process to itself (S01)', async () => {
    await redis.kill();
    const { tokens, events } = await replica(emulator, redis.port);
    const elapsedMs = stopwatch();
    await tokens.getToken();
    expect(elapsedMs()).toBeLessThan(500);
    expect(events.map(({ type }) => type)).toEqual(['store_unavailable', 'acquired']);
  });

  it('that dies while a token is fetched costs no call anything, and is used again when it is back (S02)', async () => {
    emulator.latencyMs = { token: 200 };
    const { tokens, events } = await replica(emulator, redis.port, {
      options: { accounts: () => EMULATOR_CREDENTIALS },
    });
    const call = tokens.getToken();
    await emulator.waitForRequest('token', 1);
    await redis.kill();
    expect((await call).value).toMatch(/^ey/);
    expect(events.map(({ type }) => type)).toEqual(['store_unavailable', 'acquired']);
    await redis.restart();
    // The breaker is tried again by the next token request after its pause, of any account.
    for (let account = 0; !events.some(({ type }) => type === 'store_recovered'); account++) {
      await tokens.getToken(`company-${account}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(redis.cli('keys', '*:token')).not.toBe('');
  }, 30_000);

  it('that takes up to 200 ms for an answer is waited for (S04)', async () => {
    // Four times the default, which a busy machine may use up: guarded-store.spec.ts has the default, on a fake clock.
    const [one, two] = await fleet(2, emulator, redis.port, { store: { commandTimeoutMs: 1_000 } });
    const first = await one?.tokens.getToken();
    // The server looks ten times a second whether a pause is over: up to 200 ms.
    redis.cli('client', 'pause', '100', 'all');
    const second = await two?.tokens.getToken();
    expect(second?.fingerprint).toBe(first?.fingerprint);
    expect(two?.events.map(({ type }) => type)).toEqual(['acquired']);
  });

  it('that hangs costs one call at most 500 ms, and the next nothing (S03)', async () => {
    const { tokens, events } = await replica(emulator, redis.port, {
      options: { accounts: () => EMULATOR_CREDENTIALS },
    });
    redis.hang();
    const elapsedMs = stopwatch();
    await tokens.getToken();
    expect(elapsedMs()).toBeLessThan(500);
    const againMs = stopwatch();
    await tokens.getToken('second');
    expect(againMs()).toBeLessThan(150);
    expect(events.filter(({ type }) => type === 'store_unavailable')).toHaveLength(1);
  });

  it('that refuses writes leaves the process to itself, and says which right is missing (S05, S06, S07)', async () => {
    redis.cli('config', 'set', 'maxmemory', '1');
    const full = await replica(emulator, redis.port);
    await full.tokens.getToken();
    expect(full.events).toContainEqual(expect.objectContaining({ type: 'store_unavailable', message: 'OOM' }));
    redis.cli('config', 'set', 'maxmemory', '0');
    redis.cli('replicaof', '127.0.0.1', '1');
    const readonly = await replica(emulator, redis.port);
    await readonly.tokens.getToken();
    const reason = readonly.events.find(({ type }) => type === 'store_unavailable');
    expect(reason).toMatchObject({ message: expect.stringMatching(/^(READONLY|MASTERDOWN)$/) });
    redis.cli('replicaof', 'no', 'one');
    redis.cli('acl', 'setuser', 'reader', 'on', '>reader', '~*', '+get', '+pttl');
    const reader = await replica(emulator, redis.port, { username: 'reader' });
    await reader.tokens.getToken();
    expect(reader.events).toContainEqual(expect.objectContaining({ type: 'store_unavailable', message: 'NOPERM' }));
  });

  it('that does not permit PTTL works with GET and SET alone, and says which right is missing (S07)', async () => {
    redis.cli('acl', 'setuser', 'simple', 'on', '>simple', '~*', '+get', '+set');
    const [one, two] = await patientFleet(2, { username: 'simple' });
    const warnings: string[] = [];
    Logger.overrideLogger({ log() {}, error() {}, warn: (line: unknown) => warnings.push(String(line)) });
    const first = await one?.tokens.getToken();
    const second = await two?.tokens.getToken();
    expect(second?.fingerprint).toBe(first?.fingerprint);
    expect(emulator.counts.token.total).toBe(1);
    expect(two?.events.map(({ type }) => type)).toEqual(['acquired']);
    const right = expect.stringMatching(/right to PTTL: ACL SETUSER <user> \+pttl/);
    expect(warnings).toEqual([right, right]);
  });

  it('whose lease holder dies is waited for no longer than the lease (S15)', async () => {
    emulator.fail('token', { hang: true });
    const options = { requestTimeoutMs: 1_000, waitTimeoutMs: 5_000 };
    const doomed = await replica(emulator, redis.port, { options, store: { leaseMs: 1_200 } });
    doomed.tokens.getToken().catch(() => {});
    await emulator.waitForRequest('token', 1);
    const other = await replica(emulator, redis.port, { options, store: { leaseMs: 1_200 } });
    await other.tokens.getToken();
    expect(emulator.counts.token.byStatus[200]).toBe(1);
  });

  it('with a lease shorter than a request is refused at start (S16)', async () => {
    const start = replica(emulator, redis.port, { store: { leaseMs: 1_000 } });
    await expect(start).rejects.toMatchObject({ kind: 'configuration' });
    await expect(start).rejects.toThrow(/leaseMs of the store/);
  });
});
