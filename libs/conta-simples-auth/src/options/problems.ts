import { ContaSimplesAuthError } from '../model/auth-error.js';

/** What kind of thing is wrong with a setting: what to do about it depends on this. */
export type ProblemCode =
  | 'missing'
  | 'blank'
  | 'line_break'
  | 'whitespace'
  | 'characters'
  | 'expanded'
  | 'unreadable_file'
  | 'two_sources'
  | 'invalid_environment'
  | 'insecure_url'
  | 'invalid_url'
  | 'tls'
  | 'quoted'
  | 'cut_at_comment'
  | 'suspicious'
  | 'not_read'
  | 'invalid';

/** One setting that is missing or wrong. `what` follows its name in a sentence; no text holds a value. */
export interface Problem {
  readonly code: ProblemCode;
  readonly setting: string;
  readonly what: string;
}

/** What is wrong with a configuration, collected: the error message and the doctor's report are made of it. */
export class Problems {
  readonly #list: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #hints: string[] = [];

  /** What stops the start. */
  get list(): readonly Problem[] {
    return this.#list;
  }

  /** What may be meant, and seldom is. */
  get warnings(): readonly Problem[] {
    return this.#warnings;
  }

  /** Sentences about all of it, such as a file that was not read. */
  get hints(): readonly string[] {
    return this.#hints;
  }

  add(setting: string, what: string, code: ProblemCode = 'invalid'): void {
    addOnce(this.#list, { setting, what, code });
  }

  warn(setting: string, what: string, code: ProblemCode = 'suspicious'): void {
    addOnce(this.#warnings, { setting, what, code });
  }

  hint(sentence: string): void {
    if (!this.#hints.includes(sentence)) this.#hints.push(sentence);
  }

  /** Adds to what is said of each problem of this kind, where there is more to say. */
  explain(code: ProblemCode, more: (setting: string) => string | undefined): void {
    for (const [index, problem] of this.#list.entries()) {
      const addition = problem.code === code ? more(problem.setting) : undefined;
      if (addition !== undefined) this.#list[index] = { ...problem, what: `${problem.what}; ${addition}` };
    }
  }

  /** @throws ContaSimplesAuthError of kind `configuration` if there is any */
  throwIfAny(): void {
    const count = this.#list.length;
    if (count === 0) return;
    const lead = count === 1 ? 'one setting is' : `${count} settings are`;
    const lines = this.#list.map(({ setting, what }) => `\n  - ${setting} ${what}`);
    const hints = this.#hints.map((hint) => `\n${hint}.`);
    // A line of its own, so that what the error advises does not stand behind the last setting.
    const what = `ContaSimplesAuthModule cannot start, ${lead} missing or wrong:${lines.join('')}${hints.join('')}\nValues are not shown`;
    throw new ContaSimplesAuthError({ kind: 'configuration', what });
  }
}

function addOnce(list: Problem[], problem: Problem): void {
  if (!list.some(({ setting, what }) => setting === problem.setting && what === problem.what)) list.push(problem);
}
