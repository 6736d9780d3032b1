import { ContaSimplesAuthError } from '../token/auth-error.js';

/** Everything wrong with a configuration, told in one message that names settings and never shows a value. */
export class Problems {
  readonly #lines: string[] = [];

  add(setting: string, problem: string): void {
    const line = `${setting} ${problem}`;
    if (!this.#lines.includes(line)) this.#lines.push(line);
  }

  /** @throws ContaSimplesAuthError of kind `configuration` if there is any */
  throwIfAny(): void {
    const count = this.#lines.length;
    if (count === 0) return;
    const lead = count === 1 ? 'one setting is' : `${count} settings are`;
    const list = this.#lines.map((line) => `\n  - ${line}`).join('');
    throw new ContaSimplesAuthError({
      kind: 'configuration',
      what: `ContaSimplesAuthModule cannot start, ${lead} missing or wrong:${list}`,
    });
  }
}
