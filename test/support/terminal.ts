import { EventEmitter } from 'node:events';

/** A terminal: what the command writes, a way to press Ctrl+C, and the exit code. */
export class Terminal {
  readonly signals = new EventEmitter();
  readonly #output = new AbortController();
  readonly outputClosed = this.#output.signal;
  readonly #written = new EventEmitter();
  out = '';
  err = '';
  exitCode = 0;

  readonly stdout = {
    isTTY: false,
    write: (text: string) => {
      this.out += text;
      this.#written.emit('text');
    },
  };

  readonly stderr = {
    write: (text: string) => {
      this.err += text;
    },
  };

  /** Where there is no `.env`, unless a test names a directory. */
  directory = '/';

  cwd(): string {
    return this.directory;
  }

  setExitCode(code: number): void {
    this.exitCode = code;
  }

  /** Ends the program that reads the output. */
  closeOutput(): void {
    this.#output.abort();
  }

  /** Resolves once the output matches. */
  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.out);
      if (match !== null) {
        return match;
      }
      await new Promise((resolve) => this.#written.once('text', resolve));
    }
  }
}
