import type { EventEmitter } from 'node:events';

/** The world as a command sees it, so that a test can be one. */
export interface CliIo {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  /** Emits `SIGINT` and `SIGTERM`. */
  readonly signals: Pick<EventEmitter, 'once' | 'off'>;
  /** The working directory. */
  cwd(): string;
  setExitCode(code: number): void;
}

export const processIo: CliIo = {
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  cwd: () => process.cwd(),
  // Never process.exit(): it drops what a pipe has not taken yet.
  setExitCode: (code) => {
    process.exitCode = code;
  },
};
