import type { EventEmitter } from 'node:events';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { errorCode } from '../support/error-code.js';

export interface CliCommand {
  readonly help: string;
  /** Runs the command to its end. The message of a thrown `CliError` is shown to the user. */
  run(argv: string[], io: CliIo): Promise<void>;
}

/** Everything a command needs from its process; tests pass their own. */
export interface CliIo {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  /** Emits `SIGINT` and `SIGTERM`. */
  readonly signals: Pick<EventEmitter, 'once' | 'off'>;
  /** The working directory. */
  cwd(): string;
  setExitCode(code: number): void;
  /** Aborted when the program that reads our output ends, as in `… | head -1`. */
  readonly outputClosed: AbortSignal;
}

interface ProcessStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * The streams of the process. A reader that closes the pipe is not an error: further output is dropped and the exit code
 * stays that of the checks. Without a listener for `error` the process would end with a stack trace.
 */
export function processIo({ stdout, stderr }: ProcessStreams = process): CliIo {
  const output = new AbortController();
  let hasFailed = false;
  const setExitCode = (code: number) => {
    // Not process.exit(): it drops output that the pipe has not taken yet.
    process.exitCode = code === 0 && hasFailed ? 1 : code;
  };
  stderr.on('error', () => {});
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (output.signal.aborted) return;
    output.abort();
    if (error.code === 'EPIPE') return;
    stderr.write(`The output could not be written (${shownCode(error)})\n`);
    hasFailed = true;
    setExitCode(1);
  });
  return { stdout, stderr, signals: process, cwd: () => process.cwd(), setExitCode, outputClosed: output.signal };
}

/** An error that the user can fix. Only its message is shown, without a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    /** 2 for wrong usage, 1 for any other failure. */
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, 2);
}

type Options = NonNullable<ParseArgsConfig['options']>;
type FlagValues<Flags extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Flags; strict: true; allowPositionals: false }>
>['values'];

/**
 * The flags of a command that takes only options. The error for wrong ones never repeats a value: it may be a secret that
 * was pasted in the wrong place.
 */
export function readFlags<const Flags extends Options>(
  argv: string[],
  flags: Flags,
  command: string,
): FlagValues<Flags> {
  try {
    return parseArgs({ args: argv, options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const isPositional = code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL';
    const problem = isPositional ? `${command} takes only options` : String(message);
    throw usageError(`${problem}\nSee: nestjs-conta-simples-auth ${command} --help`);
  }
}

/** The code of an error for a message, which must not contain the error's text: it can hold addresses and secrets. */
export function shownCode(error: unknown): string {
  return errorCode(error) ?? 'unknown error';
}
