import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../testing/emulator/emulator.js';
import type { ContaSimplesEmulatorOptions } from '../testing/emulator/emulator-options.js';
import type { CliCommand } from './cli-command.js';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { codeOf } from './doctor/step.js';
import { EMULATOR_HELP, parseEmulatorFlags } from './emulator-flags.js';
import { requestLine, startText } from './emulator-output.js';

export const emulatorCommand: CliCommand = {
  help: EMULATOR_HELP,

  async run(argv, io) {
    const options = parseEmulatorFlags(argv);
    // Listened for before the start, so that a signal in the middle of it is not lost.
    const stopped = stopSignal(io);
    try {
      const emulator = await start(options);
      io.stdout.write(startText(emulator));
      emulator.on('response', (record) => io.stdout.write(requestLine(record)));
      await stopped.promise;
      await emulator.close();
    } finally {
      stopped.dispose();
    }
    io.setExitCode(0);
  },
};

async function start(options: ContaSimplesEmulatorOptions): Promise<ContaSimplesEmulator> {
  try {
    return await startContaSimplesEmulator(options);
  } catch (error) {
    throw new CliError(startProblem(error, options), 1);
  }
}

function startProblem(error: unknown, { host, port }: ContaSimplesEmulatorOptions): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use: end what uses it, or choose another with --port (0 takes any free one)`;
    case 'EACCES':
      return `port ${port} of ${host} is not allowed for this user: choose one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'what --host says is not an address of this machine: choose another';
    default:
      return `the emulator could not start (${codeOf(error)})`;
  }
}

/**
 * Resolves at the first SIGINT or SIGTERM, or once the output is closed. A second signal finds no listener, so that it
 * ends the process at once.
 */
function stopSignal({ signals, outputClosed }: CliIo): { readonly promise: Promise<void>; dispose(): void } {
  let stop = () => {};
  const promise = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onSignal = () => {
    dispose();
    stop();
  };
  const dispose = () => {
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
    outputClosed.removeEventListener('abort', onSignal);
  };
  signals.once('SIGINT', onSignal);
  signals.once('SIGTERM', onSignal);
  outputClosed.addEventListener('abort', onSignal, { once: true });
  if (outputClosed.aborted) onSignal();
  return { promise, dispose };
}
