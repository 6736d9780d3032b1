import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Markdown, parseMarkdown } from './markdown.js';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const parsed = new Map<string, Markdown>();

/** A document by its path from the root of the repository. */
export function document(path: string): Markdown {
  const known = parsed.get(path) ?? parseMarkdown(read(path));
  parsed.set(path, known);
  return known;
}

/** Every document that is checked: those of the root, all of `docs/`, and their translations. */
export const DOCUMENTS: readonly string[] = ['', 'docs/', 'docs/pt-BR/'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name),
);
