import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { LIBRARY, ROOT } from '../paths.mjs';

const CARRIED = ['README.md', 'LICENSE', 'CHANGELOG.md', 'scripts/release-check/package/package-docs.mjs'];

/** Builds and bundles the library in the temporary folder, with the same layout as the repository. */
export function buildCheck({ temporary }) {
  const tree = `${temporary}/tree`;
  const folder = `${tree}/libs/conta-simples-auth`;
  return {
    title: 'build',
    run: async (shell) => {
      await mkdir(folder, { recursive: true });
      for (const name of CARRIED) await cp(`${ROOT}${name}`, `${tree}/${name}`, { recursive: true });
      await cp(`${LIBRARY}/bin`, `${folder}/bin`, { recursive: true });
      const manifest = withRepository(JSON.parse(await readFile(`${LIBRARY}/package.json`, 'utf8')));
      await writeFile(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
      const project = `${LIBRARY}/tsconfig.lib.json`;
      await shell.run(`${ROOT}node_modules/.bin/tsc`, ['-p', project, '--outDir', `${folder}/dist`], { cwd: ROOT });
      await shell.run(process.execPath, [`${ROOT}scripts/bundle-library.mjs`, `${folder}/dist`], { cwd: ROOT });
      return { note: `${manifest.name} ${manifest.version}`, value: folder };
    },
  };
}

/** Adds the repository, which is known only when publishing. npm rejects provenance for a package without it. */
function withRepository(manifest) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  if (!server || !repository || manifest.repository !== undefined) return manifest;
  const url = `${server}/${repository}`;
  return {
    ...manifest,
    homepage: `${url}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory: 'libs/conta-simples-auth' },
  };
}
