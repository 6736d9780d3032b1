import { inspect } from 'node:util';

export type LogLevel = 'log' | 'debug' | 'warn' | 'error';

/** What a line says in a form to search by. Instants are epoch milliseconds, as in the events. */
export interface LogFields {
  readonly event: string;
  readonly [field: string]: string | number | undefined;
}

/** Nest's own colours for the levels. */
const COLORS: Readonly<Record<LogLevel, keyof typeof inspect.colors>> = {
  log: 'green',
  debug: 'magentaBright',
  warn: 'yellow',
  error: 'red',
};

const LEVEL = Symbol('level');

/**
 * One line for an application's log, whatever logger that has:
 * - a logger of texts, such as Nest's own, prints or joins it, and gets the sentence;
 * - a logger of JSON, such as Nest's with `json: true` or pino, takes its own fields, of which `msg` is the sentence;
 * - a logger that takes `message` from an object and the rest as fields, as those around winston do, finds that too.
 *
 * Nothing is private to it: Nest's redaction makes a copy, of the prototype and what is its own.
 */
export class LogLine {
  readonly [field: string]: unknown;
  readonly msg: string;
  declare readonly [LEVEL]: LogLevel;

  constructor(level: LogLevel, msg: string, fields: LogFields) {
    this.msg = msg;
    Object.defineProperty(this, LEVEL, { value: level });
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }

  get message(): string {
    return this.msg;
  }

  toString(): string {
    return this.msg;
  }

  [inspect.custom](_depth: number, { colors }: { colors?: boolean }): string {
    const [before, after] = inspect.colors[COLORS[this[LEVEL]]] ?? [];
    return colors && before !== undefined ? `\u001b[${before}m${this.msg}\u001b[${after}m` : this.msg;
  }
}
