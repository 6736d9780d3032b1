import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DOCTOR_PAIR, doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const GUIDE = new URL('../../docs/doctor.md', import.meta.url);

let emulator: ContaSimplesEmulator;
let directory: string;
let transcripts: string[];

beforeAll(async () => {
  emulator = await startContaSimplesEmulator({ accounts: [{ name: 'default', ...DOCTOR_PAIR }] });
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  const variables = { ...doctorEnvironment(emulator.baseUrl), CONTA_SIMPLES_ENVIRONMENT: 'sandbox' };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(join(directory, '.env'), lines.join(''));
  const guide = await readFile(GUIDE, 'utf8');
  transcripts = [...guide.matchAll(/```console\n\$ .*\n([\s\S]*?)```/g)].map(([, text = '']) => text);
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await emulator.close();
});

/** What differs from run to run. */
const alike = (text: string) =>
  text
    .replace(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/in \d+ ms/, 'in N ms')
    .replace(/req_[0-9a-f]+/, 'REQUEST');

it('the first transcript of the guide is the output without problems', async () => {
  expect(alike((await runDoctor({ directory })).out)).toBe(alike(transcripts[0] ?? ''));
});

it('the second is the output for rejected credentials', async () => {
  emulator.fail('token', { status: 401 });
  expect(alike((await runDoctor({ directory })).out)).toBe(alike(transcripts[1] ?? ''));
});
