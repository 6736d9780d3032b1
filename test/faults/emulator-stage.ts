import type { ContaSimplesModuleOptions } from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  type ContaSimplesEmulatorOptions,
  type Fault,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import type { Stage } from './row.js';

/** A fault, or what makes one; for those that say something about now, or about the server. */
export type FaultSource = Fault | ((emulator: ContaSimplesEmulator) => Fault);

export interface EmulatorStageOptions {
  readonly options?: ContaSimplesModuleOptions;
  readonly emulator?: ContaSimplesEmulatorOptions;
}

/** The emulator of the service, which answers every token request with the fault while it lasts. */
export function emulated(fault: FaultSource, { options, emulator: settings }: EmulatorStageOptions = {}) {
  return async (tokenTtlSeconds: number): Promise<Stage> => {
    const emulator = await startContaSimplesEmulator({ tokenTtlSeconds, ...settings });
    return {
      options: { baseUrl: emulator.baseUrl, ...options },
      arrivals: () => ({ requests: emulator.counts.token.total }),
      strike: () => {
        emulator.fail('token', typeof fault === 'function' ? fault(emulator) : fault, {
          times: Number.POSITIVE_INFINITY,
        });
      },
      repair: () => emulator.clearFaults(),
      facts: async () => {
        // Ended means answered to the last byte, or left by the client: no connection may outlast its attempt.
        await emulator.waitForRequest('token', emulator.counts.token.total, { answered: true });
        const connections = new Set(emulator.requests.map(({ headers }) => headers.connection));
        return { 'other requests': emulator.counts.resource.total, 'Connection:': [...connections].join() };
      },
      close: () => emulator.close(),
    };
  };
}

/** What every stage of the emulator must come to, in addition to what a row promises. */
export const EMULATED_FACTS = { 'other requests': 0, 'Connection:': 'close' };
