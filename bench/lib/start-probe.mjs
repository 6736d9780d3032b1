// Measures loading and starting a candidate in a new process. Makes no requests.
import { fileOf } from './candidates.mjs';

/** The discard port, on which no server listens. */
const NOWHERE = 'http://127.0.0.1:9';

function bytesHeld() {
  globalThis.gc();
  return process.memoryUsage();
}

const before = bytesHeld();
const startedAt = performance.now();
const candidate = await import(fileOf(process.argv[2]));
const importedAt = performance.now();
await candidate.open({
  origin: NOWHERE,
  secureOrigin: NOWHERE,
  tokenUrl: NOWHERE,
  resourceUrl: NOWHERE,
  credentials: { key: 'key', secret: 'secret' },
  marginMs: 60_000,
  offline: true,
});
const openAt = performance.now();
const after = bytesHeld();
process.send(
  {
    importMs: importedAt - startedAt,
    startMs: openAt - importedAt,
    heapBytes: after.heapUsed - before.heapUsed,
    rssBytes: after.rss - before.rss,
  },
  () => process.exit(0),
);
