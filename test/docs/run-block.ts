import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { type CodeBlock, importsFor, markdownBlocks, withFiles } from './code-blocks.js';
import { document, ROOT } from './documents.js';

/** In `node_modules`, so that what a block imports is found as from anywhere in this repository. */
const CACHE = join(ROOT, 'node_modules/.cache');
const folders: string[] = [];

/** For `afterAll`. */
export function removeBlocks(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** Runs the only block of TypeScript under a heading, and resolves with what it exports. */
export async function runBlock(path: string, heading: string, index = 0): Promise<Record<string, unknown>> {
  const fence = document(path).fences.filter((each) => each.heading === heading && each.language === 'ts')[index];
  const block = markdownBlocks().find(({ name }) => name === `${path}:${fence?.line}`);
  if (block === undefined) throw new Error(`${path} has no such block under "${heading}"`);
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'docs-'));
  folders.push(folder);
  return import(writeModule(block, folder));
}

/** Writes the block and the blocks that it imports, and returns the path. */
function writeModule(block: CodeBlock, folder: string): string {
  const preludes = join(ROOT, 'test/docs/preludes');
  const imports = importsFor(block).replace(/'\.\/preludes\/([\w-]+)\.js'/g, `'${preludes}/$1.ts'`);
  const text = withFiles(block.text, (imported) => writeModule(imported, folder));
  const file = join(folder, `${block.name.replace(/\W/g, '-')}.mjs`);
  writeFileSync(file, compiled(`${imports}\n${text}`));
  return file;
}

/** As an application's build does it, metadata of decorators included: that is how Nest knows what to inject. */
function compiled(source: string): string {
  return transformSync(source, {
    filename: join(dirname(CACHE), 'block.ts'),
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  }).code;
}
