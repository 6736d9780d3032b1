import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { document, read } from './documents.js';
import { codeIn, type Fence, type Table } from './markdown.js';

/** English documents and their translations. */
const TRANSLATIONS: readonly (readonly [english: string, portuguese: string])[] = [
  ['README.md', 'README.pt-BR.md'],
  ...['options', 'errors', 'guarantees', 'how-it-works'].map(
    (name) => [`docs/${name}.md`, `docs/pt-BR/${name}.md`] as const,
  ),
];

/** Comments may be translated. What a terminal shows is data. */
const code = ({ language, text }: Fence) => ({ language, text: text.replace(/\/\/ .*$/gm, '//') });
/** Figures without what separates thousands and decimals, which the languages write differently. */
const figures = (cell: string) => (cell.match(/\d[\d.,]*\d|\d/g) ?? []).map((figure) => figure.replace(/[.,]/g, ''));
/** What names something: the code in a cell, but for what a reader is to replace. */
const names = (cell: string) => codeIn(cell).filter((name) => !/^\(|\byour-|\bsua-|=>/.test(name));
/** Pictures that differ by design. */
const PICTURES: Readonly<Record<string, string>> = {
  'docs/images/dashboard-en.png': 'docs/images/dashboard-pt.png',
  'docs/images/how-it-works.svg': 'docs/images/how-it-works.pt-BR.svg',
};

/** Where the links of a document lead, from the root of the repository; to a translation where there is one. */
function translatedTargets(path: string): string[] {
  const translations = new Map(TRANSLATIONS);
  return document(path).links.map(({ target }) => {
    if (/^[a-z]+:/i.test(target)) return target;
    const [file = '', anchor] = target.split('#');
    const name = normalize(join(dirname(path), file));
    if (path.startsWith('README') && name.startsWith('README')) return 'the other language';
    // The anchor of a heading that is translated is another one.
    if (translations.has(name) || name.includes('pt-BR')) return translations.get(name) ?? name;
    return PICTURES[name] ?? (anchor === undefined ? name : `${name}#${anchor}`);
  });
}

describe.each(TRANSLATIONS)('%s and %s', (englishPath, portuguesePath) => {
  const english = document(englishPath);
  const portuguese = document(portuguesePath);

  it('have the same headings, level by level', () => {
    const levels = (of: typeof english) => of.headings.map(({ level }) => level);
    if (englishPath === 'README.md') expect(levels(english).length).toBeGreaterThan(8);
    expect(levels(english).length).toBeGreaterThan(0);
    expect(levels(portuguese)).toEqual(levels(english));
  });

  it('show the same code', () => {
    if (englishPath === 'README.md') expect(english.fences.length).toBeGreaterThan(8);
    expect(portuguese.fences.map(code)).toEqual(english.fences.map(code));
  });

  it('have the same code under each heading', () => {
    const counts = (of: typeof english) =>
      of.headings.map(({ text }) => of.fences.filter(({ heading }) => heading === text).length);
    expect(counts(portuguese)).toEqual(counts(english));
  });

  it('lead to the same places in the same order', () => {
    expect(translatedTargets(portuguesePath)).toEqual(translatedTargets(englishPath));
  });

  it('have the same tables: as many rows, and in each the same names and figures', () => {
    const shape = ({ header, rows }: Table) => ({
      columns: header.length,
      rows: rows.map((row) => row.map((cell) => ({ names: names(cell), figures: figures(cell) }))),
    });
    expect(portuguese.tables.map(shape)).toEqual(english.tables.map(shape));
  });

  it('are as long as each other, by paragraphs and list items', () => {
    const pieces = (path: string) =>
      read(path)
        .replace(/^```.*?^```$/gms, '')
        .split(/\n\n+|\n(?=- )/).length;
    expect(pieces(portuguesePath)).toBe(pieces(englishPath));
  });
});
