import { readdir, readFile } from 'node:fs/promises';
import { FIXTURES, RELEASE, ROOT } from '../paths.mjs';

/** Checks that the lock files work with every registry and on every platform. */
export function lockFilesCheck() {
  return {
    title: 'lock files: no registry, every platform',
    run: async () => {
      const fixtures = (await readdir(FIXTURES)).map((name) => `${FIXTURES}/${name}`);
      const files = [`${RELEASE}/tools`, `${RELEASE}/nodes`, `${RELEASE}/package-managers`, ...fixtures].map(
        (folder) => `${folder}/package-lock.json`,
      );
      const found = await Promise.all(files.map(readLock));
      const locks = found.filter((lock) => lock !== undefined);
      const problems = locks.flatMap(problemsOf);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return { note: `${locks.length} lock files below release/` };
    },
  };
}

async function readLock(path) {
  try {
    return { name: path.slice(ROOT.length), packages: JSON.parse(await readFile(path, 'utf8')).packages };
  } catch (error) {
    // The folder of shared sources has no lock file.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function problemsOf({ name, packages }) {
  const tied = Object.values(packages).some(({ resolved }) => resolved !== undefined);
  const absent = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((optional) => !isLocked(packages, at, optional)),
  );
  return [
    ...(tied ? [`${name}: names a registry; write it with --omit-lockfile-registry-resolved`] : []),
    // If the registry lacks another platform's binary when the lock is written, npm leaves it out, and "npm ci" then
    // fails against a registry that has it.
    ...absent.map((optional) => `${name}: lacks the optional ${optional}; add its entry, as the root lock file does`),
  ];
}

/** From a package's own folder upwards, like Node resolves modules. */
function isLocked(packages, at, name) {
  if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
  if (at === '') return false;
  const end = at.lastIndexOf('/node_modules/');
  return isLocked(packages, end === -1 ? '' : at.slice(0, end), name);
}
