import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type ContaSimplesEmulator, EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly elapsedMs: number;
}

/** What an application needs to speak to the emulator, as environment variables. */
export function emulatorEnvironment(emulator: ContaSimplesEmulator): Record<string, string> {
  const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
  return {
    CONTA_SIMPLES_BASE_URL: emulator.baseUrl,
    CONTA_SIMPLES_API_KEY: apiKey,
    CONTA_SIMPLES_API_SECRET: apiSecret,
  };
}

/** Starts a script of the repository in a separate process, with no more environment than it needs. */
export function start(script: string, environment: Record<string, string> = {}): ChildProcess {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [script], { cwd: ROOT, env: { PATH, ...environment } });
}

/** Runs a script to its end. */
export async function run(script: string, environment: Record<string, string>): Promise<Finished> {
  const startedAt = Date.now();
  const child = start(script, environment);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, elapsedMs: Date.now() - startedAt };
}
