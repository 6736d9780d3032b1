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
