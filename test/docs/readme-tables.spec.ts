import { describe, expect, it } from '@jest/globals';
import type { ContaSimplesModuleOptions } from 'nestjs-conta-simples-auth';
import { FAILURE_KINDS, isTokenFailureKind } from '../../libs/conta-simples-auth/src/model/failure-kinds.js';
import { resolveOptions } from '../../libs/conta-simples-auth/src/options/resolve-options.js';
import { afterFailure } from '../../libs/conta-simples-auth/src/token/failure-policy.js';
import { document, read } from './documents.js';
import { codeIn, parseMarkdown, type Table } from './markdown.js';

function table(path: string, firstColumn: string): Table {
  const found = document(path).tables.find(({ header }) => header[0] === firstColumn);
  if (found === undefined) throw new Error(`${path} has no table with a column "${firstColumn}"`);
  return found;
}

/** The rows of a table by the names in their first cells. */
function rowsByName(path: string, firstColumn: string): Map<string, readonly string[]> {
  return new Map(table(path, firstColumn).rows.flatMap((row) => codeIn(row[0] ?? '').map((name) => [name, row])));
}

const number = (text = '') => Number(text.replaceAll(',', ''));

describe('the table of options', () => {
  /** Every option there is, which the compiler sees to, and its default where it is a constant. */
  const options = {
    environment: undefined,
    baseUrl: undefined,
    apiKey: undefined,
    apiSecret: undefined,
    accounts: undefined,
    maxAccounts: 1_000,
    store: undefined,
    telemetry: undefined,
    userAgent: undefined,
    refreshAt: 0.9,
    requestTimeoutMs: 5_000,
    waitTimeoutMs: 10_000,
    bootstrap: 'background',
    clientAuthEncoding: 'plain',
    allowMissingTokenType: false,
    proxy: undefined,
    tls: undefined,
    httpsAgent: undefined,
    origins: undefined,
    isGlobal: undefined,
  } satisfies Record<keyof Required<ContaSimplesModuleOptions>, unknown>;
  const rows = rowsByName('docs/options.md', 'option');
  const required = { environment: 'sandbox', apiKey: 'a-key', apiSecret: 'a-secret' } as const;
  const resolve = (given: object = {}) => resolveOptions({ ...required, ...given }, () => undefined);
  const ranges = [...rows].flatMap(([name, [, , range = '']]) => {
    const [, least, most] = /^([\d.,]+) to ([\d.,]+)(?! characters)/.exec(range) ?? [];
    return least === undefined || name === 'userAgent' ? [] : [[name, number(least), number(most)] as const];
  });

  it('names every option, and nothing else', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(options).sort());
  });

  it('says the defaults of the code', () => {
    const resolved: Record<string, unknown> = { ...resolve() };
    const constants = Object.entries(options).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(constants.map(([name]) => [name, resolved[name]]))).toEqual(
      Object.fromEntries(constants),
    );
    for (const [name, value] of constants) {
      const said = rows.get(name)?.[1] ?? '';
      const expected =
        typeof value === 'number' ? value : typeof value === 'string' ? `\`'${value}'\`` : `\`${value}\``;
      expect({ name, said: typeof value === 'number' ? number(said) : said }).toEqual({ name, said: expected });
    }
    expect(resolve().userAgent).toMatch(/^nestjs-conta-simples-auth\/\d/);
    expect(rows.get('userAgent')?.[1]).toBe('`nestjs-conta-simples-auth/<version>`');
  });

  it('gives ranges for all numbers', () => {
    const numbers = Object.entries(options).filter(([, value]) => typeof value === 'number');
    expect(ranges.map(([name]) => name).sort()).toEqual(numbers.map(([name]) => name).sort());
  });

  it.each(ranges)('gives the range of the code: %s from %d to %d', (name, least, most) => {
    for (const value of [least, most]) expect(() => resolve({ [name]: value })).not.toThrow();
    for (const value of [least * 0.99, most * 1.01]) expect(() => resolve({ [name]: value })).toThrow(name);
  });

  it('names the values there are', () => {
    const inCell = (name: string) => codeIn(rows.get(name)?.[2] ?? '').filter((code) => code.startsWith("'"));
    for (const name of ['environment', 'bootstrap', 'clientAuthEncoding', 'proxy']) {
      const values = inCell(name).map((code) => code.replaceAll("'", ''));
      expect(values.length).toBeGreaterThan(0);
      for (const value of values) expect(() => resolve({ [name]: value })).not.toThrow();
      expect(() => resolve({ [name]: 'something-else' })).toThrow(name);
    }
  });
});

describe('the table of environment variables', () => {
  /** Every variable that is read where there is one further account of this name. */
  function variablesRead(): Set<string> {
    const asked = new Set<string>();
    const values: Record<string, string> = { CONTA_SIMPLES_ACCOUNTS: 'filial-sp' };
    try {
      resolveOptions({}, (name) => {
        asked.add(name);
        return values[name];
      });
    } catch {
      // There are no pairs, which is reported last.
    }
    return asked;
  }
  const inTable = [...rowsByName('README.md', 'variable').keys()].map((name) => name.replace('<ACCOUNT>', 'FILIAL_SP'));

  it('names every variable that is read, and no other', () => {
    expect(inTable.sort()).toEqual([...variablesRead()].sort());
  });

  it('agrees with .env.example', () => {
    const example = new Set(read('.env.example').match(/\bCONTA_SIMPLES_[A-Z_]+(?==)/g));
    const missing = inTable.filter((name) => !example.has(name) && !/FILIAL_SP_.*_FILE$/.test(name));
    expect(missing).toEqual([]);
    expect([...example].filter((name) => !inTable.includes(name.replace('MATRIZ', 'FILIAL_SP')))).toEqual([]);
  });
});

describe('the table of errors', () => {
  const rows = rowsByName('docs/errors.md', 'kind');
  const kinds = [...rows.keys()].filter(isTokenFailureKind);
  /** Thrown for a call, not for an attempt to get a token. */
  const ofCalls = Object.keys(FAILURE_KINDS).filter((kind) => !isTokenFailureKind(kind));

  it('names every kind in the order of the code, and nothing else', () => {
    expect([...rows.keys()]).toEqual(Object.keys(FAILURE_KINDS));
  });

  it('has the same kinds in the comment on the type, in the same order', () => {
    const comment = read('libs/conta-simples-auth/src/model/failure-kinds.ts').split('export type')[0] ?? '';
    const [table] = parseMarkdown(comment.replace(/^ \* ?/gm, '')).tables;
    expect(table?.rows.map(([cell = '']) => codeIn(cell)[0])).toEqual(Object.keys(FAILURE_KINDS));
  });

  it.each(kinds)('says when it is tried again: %s', (kind) => {
    const said = rows.get(kind)?.[3] ?? '';
    const { waitMs, callers } = afterFailure({
      failure: { kind, what: '' },
      attempts: 1,
      lastLifetimeMs: undefined,
      random: 0,
    });
    const [, count, unit] = /after (\d+) (s|min)\b/.exec(said) ?? [];
    const expected = count === undefined ? 'with backoff' : Number(count) * (unit === 'min' ? 60_000 : 1_000);
    expect({ kind, said: expected }).toEqual({ kind, said: callers === 'wait' ? 'with backoff' : waitMs });
  });

  it('says for which kinds another pair is tried at once', () => {
    const said = kinds.filter((kind) => rows.get(kind)?.[3]?.includes('another pair at once'));
    expect(said).toEqual(kinds.filter((kind) => FAILURE_KINDS[kind].scope === 'credentials'));
  });

  it('says that the others are not', () => {
    expect(ofCalls.map((kind) => rows.get(kind)?.[3])).toEqual(ofCalls.map(() => 'no'));
  });
});
