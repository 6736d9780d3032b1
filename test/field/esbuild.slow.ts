import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from '@jest/globals';
import { build } from 'esbuild';
import { WELL, walk } from './support/walk.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(join(CACHE, 'esbuild-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What NestJS loads if it is there. */
const OPTIONAL = [
  '@nestjs/microservices',
  '@nestjs/microservices/*',
  '@nestjs/platform-express',
  '@nestjs/websockets/*',
  'class-transformer',
  'class-transformer/*',
  'class-validator',
];
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** The whole application in one file. */
async function bundled(format: 'esm' | 'cjs'): Promise<string> {
  const outfile = join(folder, format === 'esm' ? 'walk.mjs' : 'walk.cjs');
  await build({
    entryPoints: [fileURLToPath(new URL('fixtures/walk.mjs', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    keepNames: true,
    external: OPTIONAL,
    logLevel: 'error',
    ...(format === 'esm' && { banner: { js: REQUIRE } }),
  });
  return outfile;
}

const note = 'as ES modules give the bundle a `require` by `banner`; `keepNames: true` for the names that Nest logs';

worksBeside({ name: 'esbuild', version: packageVersion('esbuild'), note }, (step) => {
  step('one file of ES modules: token, call, 401 and replay, failure, close', async () => {
    expect((await walk(await bundled('esm'))).result).toEqual(WELL);
  });

  step('the same as CommonJS', async () => {
    expect((await walk(await bundled('cjs'))).result).toEqual(WELL);
  });
});
