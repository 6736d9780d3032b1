import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DOCUMENTS, document, ROOT } from './documents.js';

/** What is wrong with a link of a document; `undefined` if nothing is. */
function problemOf(from: string, target: string): string | undefined {
  if (/^[a-z]+:/i.test(target)) return target.startsWith('https://') ? undefined : 'is not https';
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : normalize(join(dirname(from), path));
  if (path.startsWith('/') || file.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(ROOT, file))) return 'leads to no file';
  if (anchor === undefined) return undefined;
  if (!file.endsWith('.md')) return 'has an anchor in what is no document';
  return document(file).headings.some((heading) => heading.anchor === anchor) ? undefined : 'leads to no heading';
}

describe('a link', () => {
  it.each(DOCUMENTS)('leads somewhere: %s', (path) => {
    const problems = document(path).links.flatMap(({ target, line }) => {
      const problem = problemOf(path, target);
      return problem === undefined ? [] : [`${path}:${line}: ${target} ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  it.each([
    ['docs/fleets.md', 'no-such-file.md', 'leads to no file'],
    ['docs/fleets.md', '#no-such-heading', 'leads to no heading'],
    ['docs/fleets.md', '../../elsewhere', 'leads out of the repository'],
    ['README.md', 'docs/fleets.md#is-it-worth-it', undefined],
    ['README.md', 'http://example.com', 'is not https'],
  ])('is read as a reader would: %s to %s', (from, target, problem) => {
    expect(problemOf(from, target)).toBe(problem);
  });
});
