import type { CliCommand } from './cli-command.js';

export interface CommandEntry {
  readonly summary: string;
  /** Commands are loaded when they are called: none pays for what another one imports. */
  readonly load: () => Promise<CliCommand>;
}

export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map([
  [
    'doctor',
    {
      summary: 'check the settings, the way to the API and the credentials, step by step',
      load: async () => (await import('./doctor/doctor.command.js')).doctorCommand,
    },
  ],
  [
    'emulator',
    {
      summary: 'run an emulator of the Conta Simples API on this machine',
      load: async () => (await import('./emulator.command.js')).emulatorCommand,
    },
  ],
]);
