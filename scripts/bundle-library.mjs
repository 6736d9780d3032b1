// Replaces the compiled files of the library by one file for each entry point and a few shared ones. Node takes about
// 0.3 ms and 4 kB of memory to load a file, and the compiler writes more than a hundred. The declarations stay unchanged.
//   node scripts/bundle-library.mjs [dist folder]
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const LIBRARY = fileURLToPath(new URL('../libs/conta-simples-auth', import.meta.url));
const dist = resolve(process.argv[2] ?? `${LIBRARY}/dist`);
const { exports } = JSON.parse(await readFile(`${LIBRARY}/package.json`, 'utf8'));
const modules = Object.values(exports).flatMap((target) => target.default ?? []);
const entryPoints = [...modules.map((path) => path.replace('./dist/', '')), 'cli/main.js'];
const compiled = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'));

/** CommonJS files stay separate: a bundle of ES modules cannot contain their `require()`. */
const separateCommonJs = {
  name: 'separate-commonjs',
  setup(build) {
    build.onResolve({ filter: /\.cjs$/ }, ({ path, resolveDir }) => {
      return { path: `./${relative(dist, resolve(resolveDir, path))}`, external: true };
    });
  },
};

const { metafile, outputFiles } = await build({
  entryPoints,
  outdir: dist,
  outbase: dist,
  chunkNames: 'shared-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  // The whole library, also what has no effect when it is loaded.
  ignoreAnnotations: true,
  legalComments: 'none',
  plugins: [separateCommonJs],
  metafile: true,
  absWorkingDir: dist,
  write: false,
});

const misplaced = Object.entries(metafile.outputs).filter(
  ([file, { imports }]) => file.includes('/') && imports.some(({ path }) => path.endsWith('.cjs')),
);
if (misplaced.length > 0)
  throw new Error(`${misplaced.map(([file]) => file)}: the path of a CommonJS file is wrong here`);
for (const file of compiled) await rm(`${dist}/${file}`);
for (const { path, contents } of outputFiles) await writeFile(path, contents);
console.log(`${compiled.length} compiled files in ${outputFiles.length}`);
