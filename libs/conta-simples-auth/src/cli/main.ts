import { type CliCommand, CliError, type CliIo, processIo, usageError } from './command.js';

const NAME = 'nestjs-conta-simples-auth';
const HELP_FLAGS = new Set(['--help', '-h', 'help']);

/** The command line. Sets the exit code: 0 success, 1 failure, 2 wrong usage. Resolves when the command has ended. */
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
    // The name is not repeated: it may be a secret that was pasted by mistake.
    throw usageError(`${name === undefined ? 'no command was given' : 'unknown command'}\n\n${usage()}`);
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
  /** Loads the command on use, so that one command does not load the imports of the other. */
  readonly load: () => Promise<CliCommand>;
}

export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map([
  [
    'doctor',
    {
      summary: 'check settings, connection and credentials, step by step',
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
