import { en, type Texts } from './texts/en.js';
import { ptBr } from './texts/pt-br.js';

const TEXTS = { en, 'pt-BR': ptBr } satisfies Record<string, Texts>;
const STORED_AS = 'language';

export type LanguageName = keyof typeof TEXTS;

/** The language of the page: the last choice, else the browser's. */
export class Language {
  #name: LanguageName;

  constructor(private readonly onChange: () => void) {
    this.#name = stored() ?? (navigator.language.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en');
  }

  get name(): LanguageName {
    return this.#name;
  }

  get texts(): Texts {
    return TEXTS[this.#name];
  }

  number(value: number): string {
    return value.toLocaleString(this.#name);
  }

  use(name: string | undefined): void {
    if (!isLanguage(name)) return;
    this.#name = name;
    store(name);
    this.onChange();
  }
}

function isLanguage(name: string | null | undefined): name is LanguageName {
  return typeof name === 'string' && Object.hasOwn(TEXTS, name);
}

/** If the browser forbids storage, the choice lasts until the page closes. */
function stored(): LanguageName | undefined {
  try {
    const name = localStorage.getItem(STORED_AS);
    return isLanguage(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function store(name: string): void {
  try {
    localStorage.setItem(STORED_AS, name);
  } catch {
    // As above.
  }
}
