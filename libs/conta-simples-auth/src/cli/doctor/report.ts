import { styleText } from 'node:util';

/** What is looked at, in the order in which it is. */
export type CheckName = 'settings' | 'name' | 'proxy' | 'tls' | 'token' | 'lifetime' | 'balance' | 'clock';

type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

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

const STYLES: Readonly<Record<CheckStatus, Parameters<typeof styleText>[0]>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
  skip: 'gray',
};

/** One check as a line, and what to do as another below it. */
export function textOf({ name, status, account, message, remedy }: Check, colors: boolean): string {
  const word = status.padEnd(4);
  // The stream was looked at by the caller; newer Node would look at one by itself.
  const shown = colors ? styleText(STYLES[status], word, { validateStream: false }) : word;
  const who = account === undefined ? '' : `${account}: `;
  const line = `${shown}  ${name.padEnd(8)}  ${who}${message}\n`;
  return remedy === undefined ? line : `${line}${' '.repeat(16)}> ${remedy}\n`;
}

export function summaryOf(checks: readonly Check[]): string {
  const count = (status: CheckStatus) => checks.filter((check) => check.status === status).length;
  const failed = count('fail');
  const warned = count('warn');
  const warnings = warned === 0 ? '' : `, ${warned} warning${warned === 1 ? '' : 's'}`;
  if (failed === 0) return `\nAll is well${warnings}.\n`;
  return `\n${failed} failed${warnings}. Nothing above is secret: it can be shown to whoever helps.\n`;
}

/** A span in words: `450 ms`, `7 s`, `25 min 30 s`, `1 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
