import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emulatorEnvironment, run } from '@support/child.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LIBRARY = 'node_modules/nestjs-conta-simples-auth';

/** Two modules of a workspace, each with a copy of the package, as package managers install two versions. */
const script = (registrations: string) => `
import { NestFactory } from '@nestjs/core';
import { ContaSimplesAuthModule as One } from './one/${LIBRARY}/dist/index.js';
import { ContaSimplesAuthModule as Two } from './two/${LIBRARY}/dist/index.js';
class App {}
const start = (...imports) =>
  NestFactory.createApplicationContext({ module: App, imports }, { logger: false, abortOnError: false });
try {
  ${registrations}
} catch (error) {
  console.log(error.kind, error.message);
}
`;

let directory: string;
let emulator: ContaSimplesEmulator;

beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
  directory = await mkdtemp(join(tmpdir(), 'two-copies-'));
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  for (const name of ['one', 'two']) {
    const copy = join(directory, name, LIBRARY);
    await mkdir(copy, { recursive: true });
    for (const part of ['dist', 'package.json'])
      await cp(join(ROOT, 'libs/conta-simples-auth', part), join(copy, part), { recursive: true });
  }
});
afterAll(async () => {
  await emulator.close();
  await rm(directory, { recursive: true });
});

async function runScript(registrations: string): Promise<string> {
  const path = join(directory, 'main.mjs');
  await writeFile(path, script(registrations));
  return (await run(path, emulatorEnvironment(emulator))).output;
}

describe('two installed copies of the package', () => {
  it('in one application are reported at startup with their paths, and send nothing', async () => {
    const output = await runScript('await start(One.forRoot(), Two.forRoot());');
    expect(output).toMatch(/^configuration ContaSimplesAuthModule is registered by 2 copies/);
    for (const name of ['one', 'two']) expect(output).toContain(`${directory}/${name}/${LIBRARY}/dist/`);
    expect(emulator.counts.token.total).toBe(0);
  });

  it('in two applications of one process both start', async () => {
    const output = await runScript(`
      const apps = [await start(One.forRoot()), await start(Two.forRoot())];
      for (const app of apps) await app.close();
      console.log('closed');
    `);
    expect(output).toBe('closed\n');
  });
});
