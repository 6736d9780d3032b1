const DOCUMENTS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
const COMPILED = /^dist(?!.*\.(?:spec|slow|test)\.)\/[\w./-]+(?:\.js|\.d\.ts|\.cjs|\.d\.cts)$/;
/** Code that several entry points share, written by scripts/bundle-library.mjs. */
const SHARED = /^dist\/shared-\w+\.js$/;
const EXECUTABLE = 0o100;

/** The package may contain only these files: no sources, specs, build records or maps without sources. */
export function fileProblems(files, manifest) {
  const paths = new Set(files.map(({ path }) => path));
  const commands = Object.values(manifest.bin).map(relative);
  const reviewed = new Set([...DOCUMENTS, ...commands]);
  const strangers = [...paths].filter((path) => !reviewed.has(path) && !COMPILED.test(path));
  const missing = [...reviewed, ...targetsOf(manifest.exports)].filter((path) => !paths.has(path));
  const unpaired = [...paths].filter((path) => isPaired(path) && !paths.has(partnerOf(path)));
  const inert = files.filter(({ path, mode }) => commands.includes(path) && (mode & EXECUTABLE) === 0);
  return [
    ...strangers.map((path) => `${path}: not among the reviewed files`),
    ...missing.map((path) => `${path}: missing`),
    ...unpaired.map((path) => `${path}: without ${partnerOf(path)}`),
    ...inert.map(({ path }) => `${path}: not executable`),
  ];
}

function targetsOf(target) {
  return typeof target === 'string' ? [relative(target)] : Object.values(target).flatMap(targetsOf);
}

/** Code comes with its declarations. The reverse holds for CommonJS: the code of ES modules is bundled. */
function isPaired(path) {
  if (SHARED.test(path)) return false;
  return /^dist\/.*\.(?:js|cjs|d\.cts)$/.test(path);
}

function partnerOf(path) {
  if (path.endsWith('.d.cts')) return path.replace(/\.d\.cts$/, '.cjs');
  return path.replace(/\.(c?)js$/, '.d.$1ts');
}

const relative = (path) => path.replace(/^\.\//, '');
