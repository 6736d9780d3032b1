import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { firstValueFrom } from 'rxjs';
import { AppModule } from './app.module.js';
import { BalanceService } from './balance/balance.service.js';

/*
 * The demo's module under a steady load, over many token lifetimes. The token endpoint takes one second, so that calls
 * which wait for a refresh can be recognised by their duration.
 */
const TOKEN_TTL_SECONDS = 20;
const TOKEN_LATENCY_MS = 1_000;
const CALLS_PER_SECOND = 50;
const DURATION_MS = 120_000;

const emulator = await startContaSimplesEmulator({
  tokenTtlSeconds: TOKEN_TTL_SECONDS,
  latencyMs: { token: TOKEN_LATENCY_MS, resource: 0 },
});
process.env.CONTA_SIMPLES_BASE_URL = emulator.baseUrl;
process.env.CONTA_SIMPLES_API_KEY = EMULATOR_CREDENTIALS.apiKey;
process.env.CONTA_SIMPLES_API_SECRET = EMULATOR_CREDENTIALS.apiSecret;
const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
const balance = app.get(BalanceService);
await app.get(ContaSimplesTokenService).getToken();

let sent = 0;
let failed = 0;
let waited = 0;
const latencies: number[] = [];

async function call(): Promise<void> {
  const start = performance.now();
  try {
    await firstValueFrom(balance.current());
  } catch {
    failed++;
  }
  const elapsed = performance.now() - start;
  latencies.push(elapsed);
  if (elapsed >= TOKEN_LATENCY_MS / 2) waited++;
}

console.log(
  `${CALLS_PER_SECOND} calls a second for ${DURATION_MS / 1_000} s, tokens of ${TOKEN_TTL_SECONDS} s, ` +
    `token endpoint ${TOKEN_LATENCY_MS} ms slow`,
);
const running = new Set<Promise<void>>();
const startedAt = performance.now();
await new Promise<void>((resolve) => {
  const ticker = setInterval(() => {
    const elapsed = performance.now() - startedAt;
    // By elapsed time, because ticks are late on a busy machine.
    for (const due = Math.floor((Math.min(elapsed, DURATION_MS) * CALLS_PER_SECOND) / 1_000); sent < due; sent++) {
      const one = call().finally(() => running.delete(one));
      running.add(one);
    }
    if (elapsed < DURATION_MS) return;
    clearInterval(ticker);
    resolve();
  }, 1_000 / CALLS_PER_SECOND);
});
await Promise.all(running);
const { token, resource } = emulator.counts;
await app.close();
await emulator.close();

latencies.sort((a, b) => a - b);
const percentile = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1);
const checks = [
  { name: 'calls', value: sent, expected: '6000', holds: sent === (CALLS_PER_SECOND * DURATION_MS) / 1_000 },
  {
    name: 'answered 200 by the server',
    value: resource.byStatus[200] ?? 0,
    expected: 'all',
    holds: resource.byStatus[200] === sent,
  },
  { name: 'failed calls', value: failed, expected: '0', holds: failed === 0 },
  { name: 'calls that waited for a refresh', value: waited, expected: '0', holds: waited === 0 },
  { name: 'token requests', value: token.total, expected: '6 to 8', holds: token.total >= 6 && token.total <= 8 },
];
for (const { name, value, expected, holds } of checks) {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${value} (expected ${expected})`);
}
console.log(
  `     latency in ms: median ${percentile(0.5)}, 99th percentile ${percentile(0.99)}, longest ${percentile(1 - 1e-9)}`,
);
if (checks.some(({ holds }) => !holds)) process.exitCode = 1;
