import { beforeAll, describe, expect, it } from '@jest/globals';
import { COMMANDS } from '../../libs/conta-simples-auth/src/cli/main.js';
import { type CodeBlock, commentBlocks, markdownBlocks } from './code-blocks.js';
import { compileBlocks, syntaxProblems } from './compile-blocks.js';
import { DOCUMENTS, document, read } from './documents.js';
import { shellProblems } from './shell.js';

const LANGUAGES = ['ts', 'js', 'json', 'sh', 'console', 'mermaid', 'dotenv', 'yaml', 'text', 'promql', ''];

const fences = DOCUMENTS.flatMap((path) =>
  document(path).fences.map((fence) => ({ ...fence, name: `${path}:${fence.line}` })),
);
const inLanguage = (language: string) => fences.filter((fence) => fence.language === language);

describe('the code in documents and comments', () => {
  const written = markdownBlocks();
  const commented = commentBlocks();
  const broken: CodeBlock = { name: 'broken', text: "const count: number = '1';", file: undefined, given: new Map() };
  let messages: ReadonlyMap<CodeBlock, string[]>;

  beforeAll(() => {
    messages = compileBlocks([...written, ...commented, broken]);
  }, 60_000);

  it('is looked at', () => {
    expect(written.length).toBeGreaterThan(20);
    expect(commented.length).toBeGreaterThan(10);
    expect(messages.get(broken)).toEqual(["line 1 of the block: Type 'string' is not assignable to type 'number'."]);
  });

  it.each([...written, ...commented].map((block) => [block.name, block] as const))('compiles: %s', (_name, block) => {
    expect(messages.get(block)).toEqual([]);
  });
});

describe('a block of another language', () => {
  it('is of one that is known here', () => {
    expect(fences.filter(({ language }) => !LANGUAGES.includes(language)).map(({ name }) => name)).toEqual([]);
  });

  it('can be read: JavaScript', () => {
    expect(syntaxProblems('const = 1')).not.toEqual([]);
    expect(
      inLanguage('js').flatMap(({ name, text }) => syntaxProblems(text).map((what) => `${name}: ${what}`)),
    ).toEqual([]);
  });

  it('can be read: JSON', () => {
    // One line of an object may stand alone.
    const whole = (text: string) => (text.startsWith('"') ? `{${text}}` : text);
    for (const { text } of inLanguage('json')) expect(() => JSON.parse(whole(text))).not.toThrow();
  });
});

describe('a command', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  // `test:e2e` is a script of the application templates of NestJS.
  const known = { scripts: [...Object.keys(scripts), 'test:e2e'], commands: [...COMMANDS.keys()] };

  it('is one that there is', () => {
    const blocks = [...inLanguage('sh'), ...inLanguage('console')];
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.flatMap(({ name, text }) => shellProblems(text, known).map((what) => `${name}: ${what}`))).toEqual(
      [],
    );
  });

  it('is one that there is also where it stands in a sentence', () => {
    const inSentences = DOCUMENTS.flatMap((path) => {
      const commands = [...read(path).matchAll(/`((?:npm|npx) [^`]+)`/g)].map(([, command = '']) => command);
      return commands.flatMap((command) => shellProblems(command, known).map((what) => `${path}: ${what}`));
    });
    expect(inSentences).toEqual([]);
  });

  it.each([
    ['npm run no-such-script', 'there is no script no-such-script'],
    ['npx nestjs-conta-simples-auth cure', 'there is no command cure'],
    ['cd x && npm run nothing', 'there is no script nothing'],
    ['npm test -- path', undefined],
    ['npm run test:slow -- fleet', undefined],
    ['npx nestjs-conta-simples-auth doctor --json', undefined],
  ])('that there is not would be found: %s', (command, problem) => {
    expect(shellProblems(command, known)[0]).toBe(problem);
  });

  it.each([
    ['README.md', 'Try the demo'],
    ['README.pt-BR.md', 'Experimente a demo'],
  ])('starts the demo, and one runs the tests: %s', (path, title) => {
    const commands = document(path).fences.filter(({ language, heading }) => language === 'sh' && heading === title);
    expect(commands.map(({ text }) => text)).toEqual(['npm ci && npm start\nnpm ci && npm test']);
  });
});
