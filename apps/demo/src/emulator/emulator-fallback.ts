import { Logger } from '@nestjs/common';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';

const CREDENTIAL_VARIABLES = ['CONTA_SIMPLES_API_KEY', 'CONTA_SIMPLES_API_KEY_FILE', 'CONTA_SIMPLES_ACCOUNTS'];

/** Gives whoever has no credentials yet something to call: the emulator, on a free port of this machine. */
export async function startEmulatorWithoutCredentials(
  environment: NodeJS.ProcessEnv,
): Promise<ContaSimplesEmulator | undefined> {
  if (CREDENTIAL_VARIABLES.some((name) => environment[name])) return undefined;
  const emulator = await startContaSimplesEmulator();
  environment.CONTA_SIMPLES_BASE_URL = emulator.baseUrl;
  environment.CONTA_SIMPLES_API_KEY = EMULATOR_CREDENTIALS.apiKey;
  environment.CONTA_SIMPLES_API_SECRET = EMULATOR_CREDENTIALS.apiSecret;
  new Logger('Demo').warn(
    `No credentials in the environment: calling the emulator at ${emulator.baseUrl}, with made-up data. ` +
      'For the real service copy .env.example to .env and fill it in.',
  );
  return emulator;
}
