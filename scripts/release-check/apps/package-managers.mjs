import { copyFile, cp, readFile, writeFile } from 'node:fs/promises';
import { FIXTURES, PACKAGE, RELEASE } from '../paths.mjs';
import { toolEnvironment } from '../run/environment.mjs';
import { installCopy } from '../run/npm-install.mjs';
import { lay } from './application.mjs';

/** The application whose Jest configuration docs/testing.md shows. */
const APPLICATION = 'nest11-commonjs-express';
const PNPM = 'pnpm/bin/pnpm.cjs';
const YARN = '@yarnpkg/cli-dist/bin/yarn.js';
const JEST = ['jest', '-c', 'jest.transform.json', '--ci', '--no-cache'];

const MANAGERS = [
  {
    name: 'pnpm',
    script: PNPM,
    install: ['install', '--no-frozen-lockfile', '--ignore-scripts'],
    test: ['exec', ...JEST],
  },
  { name: 'yarn, node_modules', script: YARN, linker: 'node-modules', install: ['install'], test: JEST },
  // ts-jest requires jest-util and does not list it.
  {
    name: 'yarn, PnP',
    script: YARN,
    linker: 'pnp',
    install: ['install'],
    test: JEST,
    further: { 'jest-util': '30.5.1' },
  },
];

/** The tests of an application installed by pnpm or yarn. */
export function packageManagerChecks(context, pack) {
  const managers = managersCheck(context);
  return [managers, ...MANAGERS.map((manager, index) => managerCheck(context, { pack, managers }, manager, index))];
}

function managersCheck({ temporary }) {
  const folder = `${temporary}/package-managers`;
  return {
    title: 'npm ci: pnpm and yarn',
    run: async (shell) => {
      await installCopy(shell, `${RELEASE}/package-managers`, folder);
      return { note: 'release/package-managers', value: folder };
    },
  };
}

function managerCheck({ temporary }, { pack, managers }, manager, index) {
  const folder = `${temporary}/managed/${index}`;
  return {
    title: `${APPLICATION}: ts-jest, installed by ${manager.name}`,
    needs: { tarball: pack, tools: managers },
    run: async (shell, { tarball, tools }) => {
      await lay(APPLICATION, folder);
      await copyFile(tarball, `${folder}/library.tgz`);
      await cp(`${FIXTURES}/${APPLICATION}/jest.transform.json`, `${folder}/jest.transform.json`);
      await writeManifest(folder, manager);
      const env = await environment(shell, folder, manager);
      const script = `${tools}/node_modules/${manager.script}`;
      await shell.run(process.execPath, [script, ...manager.install], { cwd: folder, env });
      await shell.run(process.execPath, [script, ...manager.test], { cwd: folder, env });
      return { note: `on Node ${process.versions.node}` };
    },
  };
}

async function writeManifest(folder, { further = {} }) {
  const manifest = JSON.parse(await readFile(`${FIXTURES}/${APPLICATION}/package.json`, 'utf8'));
  manifest.dependencies[PACKAGE] = 'file:./library.tgz';
  Object.assign(manifest.devDependencies, further);
  await writeFile(`${folder}/package.json`, JSON.stringify(manifest));
}

/** yarn ignores npm's settings and needs its own lock file. */
async function environment(shell, folder, { script, linker }) {
  if (script !== YARN) return toolEnvironment();
  await writeFile(`${folder}/yarn.lock`, '');
  const registry = (await shell.run('npm', ['config', 'get', 'registry'], { cwd: folder })).trim();
  return {
    ...toolEnvironment(),
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
    YARN_NODE_LINKER: linker,
    YARN_ENABLE_GLOBAL_CACHE: 'false',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_SCRIPTS: 'false',
    YARN_ENABLE_TELEMETRY: 'false',
  };
}
