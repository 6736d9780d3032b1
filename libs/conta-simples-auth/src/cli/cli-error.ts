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
