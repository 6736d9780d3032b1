import type { EventEmitter } from 'node:events';

export interface CliCommand {
  readonly help: string;
  /** Runs until the work is done. What it throws as a `CliError` is told to the user. */
  run(argv: string[], io: CliIo): Promise<void>;
}

/** The world as a command sees it, so that a test can be one. */
export interface CliIo {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  /** Emits `SIGINT` and `SIGTERM`. */
  readonly signals: Pick<EventEmitter, 'once' | 'off'>;
  /** The working directory. */
  cwd(): string;
  setExitCode(code: number): void;
  /** Aborted once the program that reads our output has gone, as in `… | head -1`. */
  readonly outputClosed: AbortSignal;
}

interface ProcessStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * The process itself. A pipe that is closed at its other end is no failure of ours: what is written from then on is
 * dropped, and the exit code says what was found. Without a listener for `error` the process would end with a stack.
 */
export function processIo({ stdout, stderr }: ProcessStreams = process): CliIo {
  const output = new AbortController();
  let hasFailed = false;
  const setExitCode = (code: number) => {
    // Never process.exit(): it drops what a pipe has not taken yet.
    process.exitCode = code === 0 && hasFailed ? 1 : code;
  };
  stderr.on('error', () => {});
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (output.signal.aborted) return;
    output.abort();
    if (error.code === 'EPIPE') return;
    stderr.write(`The output could not be written (${codeOf(error)})\n`);
    hasFailed = true;
    setExitCode(1);
  });
  return { stdout, stderr, signals: process, cwd: () => process.cwd(), setExitCode, outputClosed: output.signal };
}

/** What a user of the command can mend: shown as its message alone, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    /** 2 for wrong usage, 1 for anything that went wrong at work. */
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, 2);
}

/**
 * What is wrong with the arguments of a command that takes options alone. A value is not repeated, neither here nor by
 * any command: somebody may have thought that the secret goes there.
 */
export function parseProblem(error: unknown, command: string): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' ? `${command} takes options alone` : String(message);
}

/** The code of a network error, and nothing else of it: messages hold addresses, and sometimes more. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown error';
}
