// One process of a fleet: node replica.mjs candidate context. Reports that it is ready, waits for a message, requests a token once.
import { once } from 'node:events';
import { fileOf } from './candidates.mjs';

const [name, context] = process.argv.slice(2);
const candidate = await import(fileOf(name));
const client = await candidate.open(JSON.parse(context));
process.on('disconnect', () => process.exit());
process.send('ready');
await once(process, 'message');
const startedAt = performance.now();
try {
  await (client.token ?? client.calls[0].through)();
  process.send({ tookMs: performance.now() - startedAt });
} catch (error) {
  process.send({ failed: error.name });
}
