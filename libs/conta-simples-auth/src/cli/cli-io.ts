import type { EventEmitter } from 'node:events';
import { codeOf } from './doctor/step.js';

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
