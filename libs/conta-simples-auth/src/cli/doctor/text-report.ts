import { styleText } from 'node:util';
import type { Check, CheckStatus } from './check.js';

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
