// What an account costs: memory while it is held, and the price of a cached token among many. Run with --expose-gc.
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ContaSimplesAuthModule, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';

const ACCOUNTS = 10_000;
const LOOKUPS = 1_000_000;
const ROUNDS = 9;

const server = fork(new URL('./token-server.mjs', import.meta.url));
const [{ port }] = await once(server, 'message');

async function app(maxAccounts) {
  class App {}
  const accounts = (name) => ({ apiKey: name, apiSecret: 'secret' });
  const options = { baseUrl: `http://127.0.0.1:${port}`, accounts, maxAccounts, bootstrap: 'lazy' };
  Module({ imports: [ContaSimplesAuthModule.forRoot(options)] })(App);
  const context = await NestFactory.createApplicationContext(App, { logger: false });
  return { context, tokens: context.get(ContaSimplesTokenService) };
}

async function use(tokens, count) {
  for (let start = 0; start < count; start += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, count - start) }, (_, index) => tokens.getToken(`account-${start + index}`)),
    );
  }
}

async function heapAfterCollection() {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

/** Nanoseconds for one cached token, going through the names. */
async function cost(tokens, names) {
  const start = process.hrtime.bigint();
  for (let lookup = 0; lookup < LOOKUPS; lookup++) await tokens.getToken(names[lookup % names.length]);
  return Number(process.hrtime.bigint() - start) / LOOKUPS;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const warm = await app(ACCOUNTS);
await use(warm.tokens, 200);
const before = await heapAfterCollection();
const many = await app(ACCOUNTS);
await use(many.tokens, ACCOUNTS);
const after = await heapAfterCollection();
const tokenBytes = (await many.tokens.getAccessToken('account-1')).length;
const perAccount = (after - before) / ACCOUNTS - tokenBytes;

const one = await app(ACCOUNTS);
await use(one.tokens, 1);
const single = ['account-0'];
const all = Array.from({ length: ACCOUNTS }, (_, index) => `account-${index}`);
const ratios = [];
const costs = { one: [], among: [], many: [] };
for (let round = 0; round < ROUNDS; round++) {
  const ofOne = await cost(one.tokens, single);
  const among = await cost(many.tokens, single);
  costs.one.push(ofOne);
  costs.among.push(among);
  costs.many.push(await cost(many.tokens, all));
  ratios.push(among / ofOne);
}

const bounded = await app(1_000);
await use(bounded.tokens, ACCOUNTS);
const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

console.log(`bytes an account, beside a token of ${tokenBytes}: ${perAccount.toFixed(0)}`);
console.log(
  `a cached token, ns: ${median(costs.one).toFixed(0)} where it is the only account, ` +
    `${median(costs.among).toFixed(0)} among ${ACCOUNTS}: ratio ${median(ratios).toFixed(2)}`,
);
// What this adds is the memory's: ten thousand tokens are more than a processor keeps at hand.
console.log(`a cached token of each of ${ACCOUNTS} accounts in turn, ns: ${median(costs.many).toFixed(0)}`);
console.log(`timers that would hold the process: ${timers}`);
for (const { context } of [warm, many, one, bounded]) await context.close();
server.kill();
