import { join } from 'node:path';
import ts from 'typescript';
import { type CodeBlock, importsFor, withFiles } from './code-blocks.js';
import { ROOT } from './documents.js';

/** What the compiler says of each block, under the options of this repository; one program, since it costs seconds. */
export function compileBlocks(blocks: readonly CodeBlock[]): Map<CodeBlock, string[]> {
  const options: ts.CompilerOptions = {
    ...repositoryOptions(),
    // An example may end with what it came for.
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const specifierOf = ({ name }: CodeBlock) => `./block-${blocks.findIndex((block) => block.name === name)}.js`;
  const files = new Map(
    blocks.map((block, index) => [
      join(ROOT, 'test/docs', `block-${index}.ts`),
      // On one line: the compiler's line numbers are then one higher than those of the block.
      { block, source: `${importsFor(block)}\n${withFiles(block.text, specifierOf)}\n` },
    ]),
  );
  const program = ts.createProgram([...files.keys()], options, hostWith(files, options));
  return new Map(
    [...files].map(([path, { block }]) => {
      const file = program.getSourceFile(path);
      if (file === undefined) throw new Error(`The compiler did not read ${block.name}`);
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return [block, found.map((diagnostic) => messageOf(diagnostic, file))];
    }),
  );
}

function repositoryOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  // Its files are not asked for: those are compiled elsewhere.
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT).options;
}

function hostWith(files: ReadonlyMap<string, { readonly source: string }>, options: ts.CompilerOptions) {
  const host = ts.createCompilerHost(options);
  const onDisk = { fileExists: host.fileExists, getSourceFile: host.getSourceFile };
  host.fileExists = (path) => files.has(path) || onDisk.fileExists(path);
  host.getSourceFile = (path, target, ...rest) => {
    const file = files.get(path);
    return file === undefined
      ? onDisk.getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, file.source, target);
  };
  return host;
}

function messageOf({ start = 0, messageText }: ts.Diagnostic, file: ts.SourceFile): string {
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `line ${line} of the block: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

/** What keeps a block of JavaScript from being read at all. */
export function syntaxProblems(source: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(source, { reportDiagnostics: true, fileName: 'block.mts' });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
