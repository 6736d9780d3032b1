import { type CliCommand, CliError, type CliIo, processIo, usageError } from './command.js';

const NAME = 'nestjs-conta-simples-auth';
const HELP_FLAGS = new Set(['--help', '-h', 'help']);

/** The command line. Sets the exit code: 0 done, 1 failed at work, 2 called wrongly. Resolves when the command has ended. */
export async function main(argv: string[], io: CliIo = processIo()): Promise<void> {
  try {
    await dispatch(argv, io);
  } catch (error) {
    if (!(error instanceof CliError)) {
      throw error;
    }
    io.stderr.write(`${NAME}: ${error.message}\n`);
    io.setExitCode(error.exitCode);
  }
}

async function dispatch([name, ...rest]: string[], io: CliIo): Promise<void> {
  if (name !== undefined && HELP_FLAGS.has(name)) {
    io.stdout.write(usage());
    return;
  }
  const entry = COMMANDS.get(name ?? '');
  if (entry === undefined) {
    // Not repeated: a secret may have been pasted in its place.
    throw usageError(`${name === undefined ? 'a command is missing' : 'there is no such command'}\n\n${usage()}`);
  }
  const command = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout.write(command.help);
    return;
  }
  await command.run(rest, io);
}

function usage(): string {
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}\n`);
  return `Usage: ${NAME} <command> [options]\n\nCommands:\n${lines.join('')}\nOptions of a command: ${NAME} <command> --help\n`;
}

interface CommandEntry {
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
