import { styleText } from 'node:util';

/** The checks, in the order in which they run. */
export type CheckName = 'settings' | 'name' | 'proxy' | 'tls' | 'token' | 'lifetime' | 'balance' | 'clock';

type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** One line of the report. Its texts contain no secrets. */
export interface Check {
  readonly name: CheckName;
  readonly status: CheckStatus;
  /** Absent if the check is about all accounts. */
  readonly account?: string;
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
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

/** One check as a line, with the remedy on a second line. */
export function textOf({ name, status, account, message, remedy }: Check, colors: boolean): string {
  const word = status.padEnd(4);
  // The caller has checked the stream; newer Node would check another one.
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
  if (failed === 0) return `\nAll checks passed${warnings}.\n`;
  return `\n${failed} failed${warnings}. The output contains no secrets: you can share it.\n`;
}

/** A duration in words: `450 ms`, `7 s`, `25 min 30 s`, `1 h`. */
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
