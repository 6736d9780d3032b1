import { afterEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { boot, closeAll } from '@support/boot.js';
import { MemoryStore } from '@support/memory-store.js';

afterEach(async () => {
  await closeAll();
  Logger.overrideLogger(false);
});

/** The warnings of an application whose tokens are shared through this store. */
async function warnings(store: MemoryStore): Promise<string[]> {
  const { tokens } = await boot({ options: { bootstrap: 'lazy', store }, emulator: { tokenTtlSeconds: 3 } });
  const lines: string[] = [];
  Logger.overrideLogger({ log() {}, error() {}, warn: (line: unknown) => lines.push(String(line)) });
  await tokens.getToken();
  await tokens.refresh();
  return lines;
}

it('warns once of a store that may not be asked how long a record has left, and says what follows (S07)', async () => {
  const store = new MemoryStore();
  const lines = await warnings(Object.assign(store, { ttlMs: async () => undefined }));
  expect(lines).toEqual([
    expect.stringMatching(/lacks the right to PTTL: ACL SETUSER <user> \+pttl\)\. .* calculated from the record/),
  ]);
});

it('has nothing to say of one that tells', async () => {
  expect(await warnings(new MemoryStore())).toEqual([]);
});
