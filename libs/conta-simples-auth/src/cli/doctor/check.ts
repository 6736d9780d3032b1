/** What is looked at, in the order in which it is. */
export type CheckName = 'settings' | 'name' | 'proxy' | 'tls' | 'token' | 'lifetime' | 'balance' | 'clock';

export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** One line of the report. Nothing secret is in any of its texts. */
export interface Check {
  readonly name: CheckName;
  readonly status: CheckStatus;
  /** Left out where it is about all accounts. */
  readonly account?: string;
  /** What was found. */
  readonly message: string;
  /** What to do about it, or to bear in mind. */
  readonly remedy?: string;
}

export const ok = (name: CheckName, message: string, remedy?: string): Check => ({
  name,
  status: 'ok',
  message,
  ...(remedy !== undefined && { remedy }),
});

export const warn = (name: CheckName, message: string, remedy: string): Check => ({
  name,
  status: 'warn',
  message,
  remedy,
});

export const fail = (name: CheckName, message: string, remedy: string): Check => ({
  name,
  status: 'fail',
  message,
  remedy,
});

export const skip = (name: CheckName, because: string): Check => ({ name, status: 'skip', message: because });

export const about = (account: string, check: Check): Check => ({ ...check, account });
