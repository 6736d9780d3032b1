import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS, document, ROOT, read } from './documents.js';

/** A block of TypeScript, with all that it takes to compile. */
export interface CodeBlock {
  /** Where it stands, to name it: `README.md:40`. */
  readonly name: string;
  readonly text: string;
  /** The file that its first line names, as in `// src/balance.module.ts`. */
  readonly file: string | undefined;
  /** Modules that give what it uses and does not declare: names to specifiers. */
  readonly given: ReadonlyMap<string, string>;
}

const LIBRARY = 'libs/conta-simples-auth/src';
const ENTRY_POINTS: Readonly<Record<string, string>> = {
  'nestjs-conta-simples-auth': 'index.ts',
  'nestjs-conta-simples-auth/redis': 'redis/index.ts',
  'nestjs-conta-simples-auth/terminus': 'terminus/index.ts',
  'nestjs-conta-simples-auth/opentelemetry': 'opentelemetry/index.ts',
  'nestjs-conta-simples-auth/testing': 'testing/index.ts',
};
/** What every reader of the library's comments knows where to find. */
const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  '@nestjs/axios': ['HttpModule', 'HttpService'],
  '@nestjs/common': ['Controller', 'Get', 'Injectable', 'Module'],
  '@nestjs/config': ['ConfigModule'],
  '@nestjs/terminus': ['HealthCheck', 'HealthCheckService', 'TerminusModule'],
  '@nestjs/testing': ['Test'],
  ioredis: ['Redis'],
  rxjs: ['map'],
};

/**
 * The blocks of the documents. A block that uses names that it does not declare names a file of `preludes/` in a comment
 * before it, and gets the exports of that file. A test gets the globals of a test runner.
 */
export function markdownBlocks(): CodeBlock[] {
  return DOCUMENTS.flatMap((path) =>
    document(path)
      .fences.filter(({ language }) => language === 'ts')
      .map(({ text, line, prelude }) => {
        const file = /^\/\/ ([\w./-]+\.ts)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1];
        const given = prelude ?? (/spec\.ts$/.test(file ?? '') ? 'test-globals' : undefined);
        return {
          name: `${path}:${line}`,
          text,
          file,
          given: given === undefined ? new Map() : exportsOfPrelude(given),
        };
      }),
  );
}

/** The text of a block with other specifiers for the files that blocks of the README are: `'./balance.module.js'`. */
export function withFiles(text: string, specifierOf: (block: CodeBlock) => string): string {
  const files = markdownBlocks().filter(({ name }) => name.startsWith('README.md:'));
  return text.replace(/'(?:\.\/|\.\.\/src\/)([\w.-]+)\.js'/g, (specifier, name: string) => {
    const block = files.find(({ file }) => file === `src/${name}.ts`);
    return block === undefined ? specifier : `'${specifierOf(block)}'`;
  });
}

/** The `@example`s of the library's comments. They import nothing: what they use is found by its name. */
export function commentBlocks(): CodeBlock[] {
  const given = new Map([...everyExport(), ...wellKnown(), ...exportsOfPrelude('comments')]);
  return sourceFiles().flatMap((path) =>
    examplesOf(read(path)).map(({ text, line }) => ({
      name: `${path}:${line}`,
      text: framed(text),
      file: undefined,
      given,
    })),
  );
}

function sourceFiles(): string[] {
  const names = readdirSync(join(ROOT, LIBRARY), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /(?<!\.spec)\.ts$/.test(name)).map((name) => `${LIBRARY}/${name}`);
}

export function examplesOf(source: string): { text: string; line: number }[] {
  return [...source.matchAll(/\/\*\*.*?\*\//gs)].flatMap(({ 0: comment, index }) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\* ?)/, ''));
    const at = lines.findIndex((line) => line.startsWith('@example'));
    if (at < 0) return [];
    const after = lines.slice(at).join('\n').replace('@example', '');
    const fenced = /```ts\n(.*?)\n```/s.exec(after)?.[1];
    const text = fenced ?? after.split(/\n@(?:param|returns|throws|see|publicApi)\b/)[0]?.trim() ?? '';
    return [{ text, line: source.slice(0, index).split('\n').length + at }];
  });
}

/** Members stand in a class; what speaks of `this` stands in a method. */
function framed(text: string): string {
  if (/^constructor\(/.test(text)) return `export class Example {\n${text}\n}`;
  if (/\bthis\./.test(text) && !/\bclass\b/.test(text)) {
    return `export class Example extends Reader { async example() {\n${text}\n} }`;
  }
  return text;
}

function wellKnown(): Map<string, string> {
  return new Map(Object.entries(WELL_KNOWN).flatMap(([module, names]) => names.map((name) => [name, module])));
}

function everyExport(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [specifier, file] of Object.entries(ENTRY_POINTS)) {
    for (const name of exportedNames(read(`${LIBRARY}/${file}`))) found.set(name, specifier);
  }
  return found;
}

function exportsOfPrelude(name: string): Map<string, string> {
  const file = join(ROOT, 'test/docs/preludes', `${name}.ts`);
  return new Map(exportedNames(readFileSync(file, 'utf8')).map((exported) => [exported, `./preludes/${name}.js`]));
}

function exportedNames(source: string): string[] {
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gms)].flatMap(([, list = '']) => list.split(','));
  const declared = [...source.matchAll(/^export (?:declare |abstract )*(?:const|class|function|interface) (\w+)/gm)];
  const listed = lists.map((item) => item.trim().replace(/^type /, '')).filter((item) => item !== '');
  return [...listed, ...declared.map(([, name = '']) => name)];
}

/** The import that gives a block what it uses and neither declares nor imports, on a separate line. */
export function importsFor({ text, given }: CodeBlock): string {
  const used = new Set(text.replace(/\/\/.*$/gm, '').match(/(?<![.\w$])[A-Za-z_$][\w$]*/g));
  const declared = new Set([...text.matchAll(/\b(?:const|let|class|function) (\w+)/g)].map(([, name]) => name));
  const imported = [...text.matchAll(/^import .*?from/gms)].join(' ');
  return [...given]
    .filter(([name]) => used.has(name) && !declared.has(name) && !new RegExp(`\\b${name}\\b`).test(imported))
    .map(([name, specifier]) => `import { ${name} } from '${specifier}';`)
    .join(' ');
}
