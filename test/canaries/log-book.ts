import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import type { Printed } from '@support/canaries.js';
import pino from 'pino';

/** An application's logs: those of Nest, as text and as JSON, and those of pino. What is written is kept. */
export class LogBook implements LoggerService {
  readonly texts: Printed[] = [];
  readonly #loggers: LoggerService[];
  readonly #pino: pino.Logger;

  constructor() {
    const text = new ConsoleLogger({ colors: false, logLevels: ['verbose'] });
    const json = new ConsoleLogger({ json: true, colors: false, logLevels: ['verbose'] });
    this.#loggers = [text, json];
    const write = (line: string) => this.texts.push({ channel: 'pino', text: line });
    this.#pino = pino({ level: 'trace' }, { write });
  }

  log(...args: unknown[]): void {
    this.#write('log', args);
  }

  error(...args: unknown[]): void {
    this.#write('error', args);
  }

  warn(...args: unknown[]): void {
    this.#write('warn', args);
  }

  debug(...args: unknown[]): void {
    this.#write('debug', args);
  }

  verbose(...args: unknown[]): void {
    this.#write('verbose', args);
  }

  /** In the words that people log with. */
  record(value: unknown): void {
    this.error(value);
    this.error('The call failed', value, 'Context');
    this.#pino.error(value);
    this.#pino.error({ err: value, error: value, value }, 'The call failed');
  }

  #write(level: 'log' | 'error' | 'warn' | 'debug' | 'verbose', [message, ...rest]: unknown[]): void {
    const restore = this.#catchOutput();
    try {
      for (const logger of this.#loggers) logger[level]?.(message, ...rest);
    } finally {
      restore();
    }
  }

  /** Nest's own loggers write to the process, and nowhere else. */
  #catchOutput(): () => void {
    const streams = [process.stdout, process.stderr] as const;
    const originals = streams.map((stream) => stream.write);
    for (const stream of streams) {
      stream.write = (chunk: unknown) => this.texts.push({ channel: 'the log of Nest', text: String(chunk) }) > 0;
    }
    return () => {
      for (const [index, stream] of streams.entries()) Object.assign(stream, { write: originals[index] });
    };
  }
}
