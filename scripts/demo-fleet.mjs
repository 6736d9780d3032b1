// A fleet to watch: replicas that share one token through Redis, and as many that do not, while a replica is killed and
// Redis stops. Ends after about a minute; the exit code is 1 if a call failed.
import { setTimeout as passes } from 'node:timers/promises';
import { EMULATOR_CREDENTIALS, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { startRedis } from './demo-fleet/redis.mjs';
import { Replicas } from './demo-fleet/replicas.mjs';

const SIZE = 4;
const LIFETIME_SECONDS = 6;
const LIFETIME_MS = LIFETIME_SECONDS * 1_000;
const REQUEST_TIMEOUT_MS = 1_000;
const LEASE_MS = REQUEST_TIMEOUT_MS + 2_000;
const PATIENCE = { timeoutMs: 20_000 };
/** The demo is ended after this time. */
const LIMIT_MS = 110_000;

const startedAt = Date.now();
const say = (text) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${text}`);
const names = (fleet) => Array.from({ length: SIZE }, (_, index) => `${fleet}-${index + 1}`);

setTimeout(() => {
  console.error(`The demo did not end within ${LIMIT_MS / 1_000} s.`);
  process.exit(1);
}, LIMIT_MS).unref();

// Runs the exit handlers, which end Redis.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const redis = await startRedis();
if (redis === undefined) {
  console.log(
    [
      'This demo needs a Redis server, and there is no redis-server on this machine.',
      'It shows replicas that share one token through Redis, and as many that do not.',
      'Debian and Ubuntu: apt-get install redis-server. macOS: brew install redis. Then: npm run demo:fleet',
    ].join('\n'),
  );
  process.exit(0);
}

const options = { tokenTtlSeconds: LIFETIME_SECONDS, latencyMs: { token: 300, resource: 5 } };
const service = {
  shared: await startContaSimplesEmulator(options),
  unshared: await startContaSimplesEmulator(options),
};
const environment = ({ baseUrl }) => ({
  CONTA_SIMPLES_BASE_URL: baseUrl,
  CONTA_SIMPLES_API_KEY: EMULATOR_CREDENTIALS.apiKey,
  CONTA_SIMPLES_API_SECRET: EMULATOR_CREDENTIALS.apiSecret,
  REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
});
const requests = { shared: 0, unshared: 0 };
const rows = [];

/** Prints the token requests of all replicas in one part of the demo, and keeps them for the table. */
function note(part) {
  const [shared, unshared] = [service.shared.counts.token.total, service.unshared.counts.token.total];
  const row = { part, shared: shared - requests.shared, unshared: unshared - requests.unshared };
  Object.assign(requests, { shared, unshared });
  rows.push(row);
  say(`${part}: ${row.shared} token requests with Redis, ${row.unshared} without`);
}

function onEvent(name, type) {
  if (type !== 'store_unavailable' && type !== 'store_recovered') return;
  say(
    `  ${name}: ${type === 'store_unavailable' ? 'Redis is unavailable, continuing without it' : 'Redis is available again'}`,
  );
}

const fleet = new Replicas({ ...environment(service.shared), REDIS_PORT: `${redis.port}` }, onEvent);
const unshared = new Replicas(environment(service.unshared));
say(
  `${SIZE} replicas share Redis on port ${redis.port}, ${SIZE} have no Redis; a token is valid for ${LIFETIME_SECONDS} s`,
);
for (const name of names('fleet')) await fleet.start(name);
for (const name of names('unshared')) await unshared.start(name);
say('All have started. From now on each makes ten calls a second.');
fleet.call();
unshared.call();
await passes(LIFETIME_MS);
note('lifetime 1, no token yet');
for (const lifetime of [2, 3]) {
  await passes(LIFETIME_MS);
  note(`lifetime ${lifetime}`);
}

// The next token request hangs, so that the replica that makes it holds the lease when it is killed.
service.shared.fail('token', { hang: true });
const before = service.shared.counts.token.total;
const { headers } = await service.shared.waitForRequest('token', before + 1, PATIENCE);
const holder = headers['user-agent'];
await fleet.kill(holder);
const killedAt = Date.now();
say(`Killed ${holder} while it held the lease (${LEASE_MS / 1_000} s) and waited for a token.`);
await service.shared.waitForRequest('token', before + 2, { ...PATIENCE, answered: true });
say(`The other replicas waited for the end of its lease. One of them got a token for all`);
say(`${((Date.now() - killedAt) / 1_000).toFixed(1)} s after the kill.`);
note(`${holder} killed`);

say('Redis is stopped.');
await redis.stop();
await passes(2 * LIFETIME_MS);
note('Redis stopped, 2 lifetimes');
await redis.start();
say('Redis is back.');
await passes(2 * LIFETIME_MS);
note('Redis back, 2 lifetimes');
await passes(LIFETIME_MS);
note('1 more lifetime');

const results = { fleet: await fleet.finish(), unshared: await unshared.finish() };
await redis.close();
await service.shared.close();
await service.unshared.close();

const line = (...cells) =>
  console.log(`  ${cells.map((cell, i) => (i ? `${cell}`.padStart(15) : cell.padEnd(28))).join('')}`);
console.log('\nToken requests');
line('', 'with Redis', 'without');
for (const row of rows) line(row.part, row.shared, row.unshared);
line('together', requests.shared, requests.unshared);
console.log('\nCalls');
line('', 'with Redis', 'without');
for (const [label, key] of [
  ['made', 'calls'],
  ['failed', 'failed'],
  ['longest, ms', 'longestMs'],
]) {
  line(label, results.fleet[key], results.unshared[key]);
}
const failed = results.fleet.failed + results.unshared.failed;
if (failed > 0) console.log(`\nFailed with: ${[...results.fleet.kinds, ...results.unshared.kinds].join(', ')}`);
console.log(
  failed === 0 ? '\nNo call failed.' : `\n${failed} calls FAILED.`,
  `(The calls of the killed replica are not counted.)`,
);
process.exitCode = failed === 0 ? 0 : 1;
