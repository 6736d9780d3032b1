// Runs in a separate process, because API Extractor is synchronous: extract.mjs <tools> <package> <reports>
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { entryPointsOf } from './entry-points.mjs';
import { ForgottenExports } from './forgotten-exports.mjs';

const [tools, folder, reports] = process.argv.slice(2);
const { Extractor, ExtractorConfig } = createRequire(`${tools}/package.json`)('@microsoft/api-extractor');

/** API Extractor knows only its own release tags, not `@publicApi`, which NestJS uses. This changes a copy. */
function renameTags(directory) {
  for (const name of readdirSync(directory, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(directory, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('@publicApi', '@public'));
  }
}

function configOf(name, types) {
  const entry = `${folder}/${types}`;
  const compilerOptions = {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
  };
  return ExtractorConfig.prepare({
    configObjectFullPath: `${folder}/api-extractor.json`,
    packageJsonFullPath: `${folder}/package.json`,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: reports,
        reportTempFolder: `${reports}/new`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          'ae-undocumented': { logLevel: 'error' },
          // API Extractor checks one entry point at a time; types that no entry point exports are found below.
          'ae-forgotten-export': { logLevel: 'none' },
          'ae-unresolved-link': { logLevel: 'none' },
        },
        // TypeDoc checks the comments: it is stricter about links and more lenient about hyphens.
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
}

renameTags(`${folder}/dist`);
mkdirSync(`${reports}/new`, { recursive: true });
const forgotten = new ForgottenExports();
let failed = false;
for (const { name, types } of entryPointsOf(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')))) {
  const result = Extractor.invoke(configOf(name, types), {
    localBuild: true,
    messageCallback: (message) => {
      if (message.messageId === 'ae-forgotten-export') forgotten.add(message);
      if (message.logLevel !== 'error') message.handled = true;
    },
  });
  failed ||= result.errorCount > 0;
  forgotten.addExportsOf(readFileSync(`${reports}/${name}.api.md`, 'utf8'));
}
for (const problem of forgotten.problems) console.error(problem);
process.exitCode = failed || forgotten.problems.length > 0 ? 1 : 0;
