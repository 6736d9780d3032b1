import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from '@jest/globals';
import { bundleApplication } from '@support/bundle-application.js';
import { WELL, walk } from './support/walk.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(join(CACHE, 'esbuild-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The whole application in one file. */
async function bundled(name: string): Promise<string> {
  const outfile = join(folder, name);
  await bundleApplication(fileURLToPath(new URL('fixtures/walk.mjs', import.meta.url)), outfile);
  return outfile;
}

const note = 'as ES modules give the bundle a `require` by `banner`; `keepNames: true` for the names that Nest logs';

worksBeside({ name: 'esbuild', version: packageVersion('esbuild'), note }, (step) => {
  step('one file of ES modules: token, call, 401 and replay, failure, close', async () => {
    expect((await walk(await bundled('walk.mjs'))).result).toEqual(WELL);
  });

  step('the same as CommonJS', async () => {
    expect((await walk(await bundled('walk.cjs'))).result).toEqual(WELL);
  });
});
