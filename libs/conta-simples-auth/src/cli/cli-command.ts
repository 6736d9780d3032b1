import type { CliIo } from './cli-io.js';

export interface CliCommand {
  readonly help: string;
  /** Runs until the work is done. What it throws as a `CliError` is told to the user. */
  run(argv: string[], io: CliIo): Promise<void>;
}
