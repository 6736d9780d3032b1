import { readFileSync } from 'node:fs';

/** Types that a public declaration names and no entry point exports. API Extractor checks one entry point at a time. */
export class ForgottenExports {
  #named = [];
  #exported = new Set();

  /** @param message API Extractor's message about a type that the current entry point does not export */
  add({ text, sourceFilePath, sourceFileLine }) {
    if (isInternal(sourceFilePath, sourceFileLine)) return;
    // API Extractor numbers types of the same name.
    const name = /"(\w+?)(?:_\d+)?"/.exec(text)?.[1] ?? text;
    this.#named.push({ name, place: `${sourceFilePath}:${sourceFileLine}` });
  }

  /** @param report the report of one entry point */
  addExportsOf(report) {
    for (const [, name] of report.matchAll(/^export (?:class|const|enum|function|interface|type) (\w+)/gm)) {
      this.#exported.add(name);
    }
  }

  get problems() {
    return this.#named
      .filter(({ name }) => !this.#exported.has(name))
      .map(({ name, place }) => `${place}: names ${name}, which no entry point exports`);
  }
}

/** Such as the constructor of a service, which only Nest's container calls. */
function isInternal(path, line) {
  const before = readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, line - 1)
    .join('\n')
    .trimEnd();
  return before.endsWith('*/') && before.slice(before.lastIndexOf('/**')).includes('@internal');
}
