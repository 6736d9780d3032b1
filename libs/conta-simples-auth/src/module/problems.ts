import { ContaSimplesAuthError } from '../token/auth-error.js';

const BULLET = '\n  - ';
/** Ends the list, so that what the error advises stands on a line of its own and not behind the last setting. */
const END = '\nValues are not shown';

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
    const list = this.#lines.map((line) => BULLET + line).join('');
    throw new ContaSimplesAuthError({
      kind: 'configuration',
      what: `ContaSimplesAuthModule cannot start, ${lead} missing or wrong:${list}${END}`,
    });
  }
}

/** The problems that such a message tells, one by one. */
export function problemsIn(message: string): string[] {
  const end = message.lastIndexOf(END);
  return message
    .slice(0, end < 0 ? undefined : end)
    .split(BULLET)
    .slice(1);
}
