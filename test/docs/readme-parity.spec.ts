import { describe, expect, it } from '@jest/globals';
import { document, read } from './documents.js';
import { codeIn, type Fence, type Table } from './markdown.js';

const english = document('README.md');
const portuguese = document('README.pt-BR.md');

/** Comments may be translated. What a terminal shows is data. */
const code = ({ language, text }: Fence) => ({ language, text: text.replace(/\/\/ .*$/gm, '//') });
/** Figures without what separates thousands and decimals, which the languages write differently. */
const figures = (cell: string) => (cell.match(/\d[\d.,]*\d|\d/g) ?? []).map((figure) => figure.replace(/[.,]/g, ''));
/** What names something: the code in a cell, but for what a reader is to replace. */
const names = (cell: string) => codeIn(cell).filter((name) => !/^\(|\byour-|\bsua-|=>/.test(name));
/** The pages and pictures that differ by design. */
const PAIRS: Readonly<Record<string, string>> = {
  'README.pt-BR.md': 'README.md',
  'docs/images/dashboard-en.png': 'docs/images/dashboard-pt.png',
  'docs/images/how-it-works.svg': 'docs/images/how-it-works.pt-BR.svg',
};

describe('the two READMEs', () => {
  it('have the same headings, level by level', () => {
    const levels = (of: typeof english) => of.headings.map(({ level }) => level);
    expect(levels(english).length).toBeGreaterThan(8);
    expect(levels(portuguese)).toEqual(levels(english));
  });

  it('show the same code', () => {
    expect(english.fences.length).toBeGreaterThan(10);
    expect(portuguese.fences.map(code)).toEqual(english.fences.map(code));
  });

  it('have the same code under each heading', () => {
    const counts = (of: typeof english) =>
      of.headings.map(({ text }) => of.fences.filter(({ heading }) => heading === text).length);
    expect(counts(portuguese)).toEqual(counts(english));
  });

  it('lead to the same places in the same order', () => {
    const targets = (of: typeof english) => of.links.map(({ target }) => target);
    expect(targets(portuguese)).toEqual(targets(english).map((target) => PAIRS[target] ?? target));
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
    expect(pieces('README.pt-BR.md')).toBe(pieces('README.md'));
  });
});
