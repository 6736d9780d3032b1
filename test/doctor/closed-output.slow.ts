import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emulatorEnvironment } from '@support/child.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

/* The built command in a shell, its output read by a program that ends early. */

const COMMAND = fileURLToPath(
  new URL('../../libs/conta-simples-auth/bin/nestjs-conta-simples-auth.js', import.meta.url),
);
let emulator: ContaSimplesEmulator;

beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
});
afterAll(() => emulator.close());

const READ_URL = 'read -r _; read -r _; IFS== read -r _ URL; export URL';
const CALL = `node -e "fetch(process.env.URL).catch(() => {})"`;

function shell(
  script: string,
  environment: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const { PATH = '' } = process.env;
  const options = {
    cwd: '/',
    env: { PATH, COMMAND: `${process.execPath} ${COMMAND}`, ...environment },
    timeout: 20_000,
  };
  return new Promise((resolve) => {
    execFile('bash', ['--norc', '-o', 'pipefail', '-c', script], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe('output that is read only in part', () => {
  it.each([
    ['doctor', '$COMMAND doctor | head -1', 0, /^ok +settings .*\n$/],
    ['doctor that fails', 'CONTA_SIMPLES_API_SECRET=wrong $COMMAND doctor | head -1', 1, /^ok +settings .*\n$/],
    ['doctor, read by none', '$COMMAND doctor | true', 0, /^$/],
    ['doctor --json', '$COMMAND doctor --json | true', 0, /^$/],
    ['an error', '$COMMAND nothing 2> >(true)', 2, /^$/],
    ['help', '$COMMAND doctor --help | head -1', 0, /^Usage: .*\n$/],
    // Noticed with the next line, as by any program: that of a request.
    ['emulator', `$COMMAND emulator --port 0 | { ${READ_URL}; exec <&-; ${CALL}; ${CALL}; echo done; }`, 0, /^done\n$/],
  ])('ends quietly, with the exit code of what was found: %s', async (_name, script, code, words) => {
    const result = await shell(script, emulatorEnvironment(emulator));
    expect(result).toEqual({ code, out: expect.stringMatching(words), err: '' });
  });

  it('is said where it cannot be written', async () => {
    const result = await shell('$COMMAND doctor > /dev/full', emulatorEnvironment(emulator));
    expect(result).toEqual({ code: 1, out: '', err: 'The output could not be written (ENOSPC)\n' });
  });
});
