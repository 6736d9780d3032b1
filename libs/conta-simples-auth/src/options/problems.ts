import { ContaSimplesAuthError } from '../model/auth-error.js';

/** The kind of a problem. The doctor's remedy depends on it. */
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

/** One setting that is missing or wrong. `what` follows the setting's name in a sentence. No text contains a value. */
export interface Problem {
  readonly code: ProblemCode;
  readonly setting: string;
  readonly what: string;
}

/** All problems of a configuration. The error message and the doctor's report are two renderings of them. */
export class Problems {
  readonly #list: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #hints: string[] = [];

  /** Problems that stop the start. */
  get list(): readonly Problem[] {
    return this.#list;
  }

  /** Settings that are allowed, but are probably a mistake. */
  get warnings(): readonly Problem[] {
    return this.#warnings;
  }

  /** Sentences about the whole configuration, such as a file that was not read. */
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

  /** Adds an explanation to each problem of this kind, if `more` returns one. */
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
    // On a separate line, so that the remedy of the error kind does not follow the last setting.
    const what = `ContaSimplesAuthModule cannot start, ${lead} missing or wrong:${lines.join('')}${hints.join('')}\nValues are not shown`;
    throw new ContaSimplesAuthError({ kind: 'configuration', what });
  }
}

function addOnce(list: Problem[], problem: Problem): void {
  if (!list.some(({ setting, what }) => setting === problem.setting && what === problem.what)) list.push(problem);
}
