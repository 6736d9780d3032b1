import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FAILURE_KINDS, isTokenFailureKind } from '../../libs/conta-simples-auth/src/model/failure-kinds.js';
import { document, ROOT, read } from './documents.js';
import { codeIn } from './markdown.js';

const LIBRARY = 'libs/conta-simples-auth/src';
const page = 'docs/architecture.md';

/** For each folder of the library, the others that its sources import; tests may import what they like. */
function importsOfFolders(): Record<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const file of readdirSync(join(ROOT, LIBRARY), { recursive: true, encoding: 'utf8' })) {
    const [folder = ''] = file.split('/');
    if (!file.includes('/') || !/(?<!\.spec)\.ts$/.test(file)) continue;
    const imported = found.get(folder) ?? new Set();
    found.set(folder, imported);
    const source = read(`${LIBRARY}/${file}`).replace(/^ *(?:\*|\/\/).*$/gm, '');
    for (const [, specifier = ''] of source.matchAll(/(?:from|import\(|^import) ?'(\.[^']+)'/gm)) {
      imported.add(normalize(join(dirname(file), specifier)).split('/')[0] ?? '');
    }
    imported.delete(folder);
  }
  return Object.fromEntries([...found].map(([folder, imported]) => [folder, [...imported].sort()]));
}

describe('the page on architecture', () => {
  it('says which folders there are, and what each imports', () => {
    const table = document(page).tables.find(({ header }) => header.includes('imports'));
    const said = (table?.rows ?? []).map(([folder = '', , imports = '']) => [codeIn(folder)[0], codeIn(imports)]);
    expect(said.length).toBeGreaterThan(5);
    expect(Object.fromEntries(said)).toEqual(importsOfFolders());
  });

  it('names files that there are', () => {
    const named = codeIn(read(page).replace(/^```.*?^```$/gms, '')).filter((code) => /^[\w./-]+\.ts$/.test(code));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => ![LIBRARY, ''].some((base) => existsSync(join(ROOT, base, path))))).toEqual([]);
  });

  it('counts the kinds of a failed attempt', () => {
    const treated = document(page).tables.find(({ header }) => header[0] === 'treatment');
    const kinds = new Set((treated?.rows ?? []).flatMap(([, cell = '']) => codeIn(cell)));
    const inCode = Object.keys(FAILURE_KINDS).filter(isTokenFailureKind);
    expect([...kinds].filter((kind) => kind !== 'Retry-After').sort()).toEqual(inCode.sort());
    expect(read(page)).toContain(`one of ${inCode.length} kinds`);
    for (const [treatment = '', cell = ''] of treated?.rows ?? []) {
      for (const kind of codeIn(cell).filter(isTokenFailureKind)) {
        expect({ kind, treatment }).toEqual({ kind, treatment: FAILURE_KINDS[kind].treatment.name });
      }
    }
  });
});
