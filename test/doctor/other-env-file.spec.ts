import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DOCTOR_PAIR, doctorEnvironment, runDoctor } from '@support/run-doctor.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a file of another name than .env', () => {
  it.each(['\n', '\r\n', '\r'])('is named where it has what is missing, with lines that end in %j', async (end) => {
    const lines = Object.entries(doctorEnvironment('https://x.invalid')).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(directory, '.env.local'), lines.join(end) + end);
    const { out, exitCode } = await runDoctor({ directory });
    expect(out).toMatch(
      /^fail +settings +The file \S*\.env\.local in the working folder has .*CONTA_SIMPLES_API_KEY, CONTA_SIMPLES_API_SECRET, but .*\n +> .*--env-file/m,
    );
    expect(out).not.toContain(DOCTOR_PAIR.apiSecret);
    expect(exitCode).toBe(1);
  });
});
