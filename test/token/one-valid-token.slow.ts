import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { boot, bootContext, closeAll, emulatorOptions } from '@support/boot.js';
import { ContaSimplesAuthModule, ContaSimplesHttpService, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';

const BALANCE = '/accounts/v1/balance';
/** The minimum interval is a tenth of the lifetime. */
const TTL_SECONDS = 4;
const INTERVAL_MS = 400;
const RUN_MS = 2_500;

afterEach(async () => {
  Logger.overrideLogger(false);
  await closeAll();
});

it('two processes without a store keep working where the server keeps one valid token, and one warning says why', async () => {
  const { emulator, http, tokens } = await boot({
    emulator: { singleTokenPerAccount: true, tokenTtlSeconds: TTL_SECONDS },
    options: { userAgent: 'one' },
  });
  const other = await bootContext([
    ContaSimplesAuthModule.forRoot({ ...emulatorOptions(emulator), userAgent: 'other' }),
  ]);
  const warnings: string[] = [];
  const ignore = () => {};
  Logger.overrideLogger({
    log: ignore,
    error: ignore,
    debug: ignore,
    warn: (line: unknown) => warnings.push(String(line)),
  });

  const startedAt = performance.now();
  const keepCalling = async (call: () => Promise<{ status: number }>) => {
    const statuses: number[] = [];
    while (performance.now() - startedAt < RUN_MS) {
      statuses.push((await call()).status);
      await delay(20);
    }
    return statuses;
  };
  const otherHttp = other.get(ContaSimplesHttpService).axiosRef;
  const otherTokens = other.get(ContaSimplesTokenService);
  const results = await Promise.all([
    keepCalling(() => http.axiosRef.get(BALANCE, { validateStatus: () => true })),
    keepCalling(() => tokens.fetch(BALANCE)),
    keepCalling(() => otherHttp.get(BALANCE, { validateStatus: () => true })),
    keepCalling(() => otherTokens.fetch(BALANCE)),
  ]);
  const elapsedMs = performance.now() - startedAt;
  await other.close();

  for (const statuses of results) {
    expect(statuses.filter((status) => status === 200).length / statuses.length).toBeGreaterThan(0.8);
    expect(statuses.slice(-5)).toContain(200);
  }
  for (const userAgent of ['one', 'other']) {
    const requests = emulator.requests.filter(
      ({ kind, headers }) => kind === 'token' && headers['user-agent'] === userAgent,
    );
    expect(requests.length).toBeGreaterThan(1);
    expect(requests.length).toBeLessThanOrEqual(elapsedMs / INTERVAL_MS + 2);
  }
  // One of each application.
  expect(warnings.filter((line) => line.includes('another client uses the same credentials'))).toHaveLength(2);
  expect(warnings).toHaveLength(2);
}, 30_000);
