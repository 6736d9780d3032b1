import type { LoggerService } from '@nestjs/common';

type Level = 'log' | 'warn' | 'error' | 'debug';

/** Nest has one logger for all applications of a process; the lines are distinguished by the account they name. */
class LogBook implements LoggerService {
  readonly #lines: { readonly level: Level; readonly line: string }[] = [];

  log(line: unknown): void {
    this.#note('log', line);
  }

  warn(line: unknown): void {
    this.#note('warn', line);
  }

  error(line: unknown): void {
    this.#note('error', line);
  }

  debug(line: unknown): void {
    this.#note('debug', line);
  }

  /** The lines about an account, by level. */
  about(account: string): Record<Level, string[]> {
    const found: Record<Level, string[]> = { log: [], warn: [], error: [], debug: [] };
    for (const { level, line } of this.#lines) if (line.includes(`"${account}"`)) found[level].push(line);
    return found;
  }

  #note(level: Level, line: unknown): void {
    this.#lines.push({ level, line: String(line) });
  }
}

export const logBook = new LogBook();
