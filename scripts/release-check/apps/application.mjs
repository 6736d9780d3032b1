import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { FIXTURES } from '../paths.mjs';
import { installCopy, installTarball } from '../run/npm-install.mjs';
import { runApplication } from './run-application.mjs';

const TSC = ['tsc', '-p', '.', '--pretty', 'false'];
const SHOWN = ['@nestjs/core', 'axios', 'rxjs'];

/** All checks of one application: its installation and compilation, its runs, its tests. */
export function applicationChecks(context, pack, nodes, { name, nodes: versions, jest, compiler = TSC }) {
  const install = installCheck(context, pack, name, compiler);
  const runs = versions.map((version) => runCheck(install, nodes, name, version));
  return [install, ...runs, ...jest.map((run) => jestCheck(install, nodes, name, run))];
}

function installCheck({ temporary }, pack, name, [command, ...args]) {
  const folder = `${temporary}/apps/${name}`;
  return {
    title: `${name}: npm install, ${command === 'tsc' ? command : [command, ...args].join(' ')}`,
    needs: { tarball: pack },
    run: async (shell, { tarball }) => {
      await lay(name, folder);
      await installCopy(shell, `${FIXTURES}/${name}`, folder);
      await installTarball(shell, tarball, folder);
      await shell.run(`node_modules/.bin/${command}`, args, { cwd: folder });
      const versions = await Promise.all(SHOWN.map((each) => versionOf(folder, each)));
      return { note: versions.join(', '), value: folder };
    },
  };
}

/** Copies the shared sources first, so that an application's own files replace them. */
export async function lay(name, folder) {
  await mkdir(`${folder}/src`, { recursive: true });
  await cp(`${FIXTURES}/app/tsconfig.json`, `${folder}/tsconfig.json`);
  await cp(`${FIXTURES}/app/app.module.ts`, `${folder}/src/app.module.ts`);
  const own = await readdir(`${FIXTURES}/${name}`);
  for (const file of own.filter((each) => each.endsWith('.ts'))) {
    await cp(`${FIXTURES}/${name}/${file}`, `${folder}/src/${file}`);
  }
}

async function versionOf(folder, name) {
  const { version } = JSON.parse(await readFile(`${folder}/node_modules/${name}/package.json`, 'utf8'));
  return `${name} ${version}`;
}

function runCheck(install, nodes, name, version) {
  return {
    title: `${name}: run on Node ${version}`,
    needs: { folder: install, nodes },
    run: async (shell, needed) => {
      const { closedInMs } = await shell.busy(() => runApplication(needed.nodes[version], needed.folder));
      return { note: `2 answers, 1 AxiosError caught, 1 token request, SIGTERM to exit 0 in ${closedInMs} ms` };
    },
  };
}

function jestCheck(install, nodes, name, { node, config, flags, needs }) {
  return {
    title: `${name}: ts-jest on Node ${node}`,
    needs: { folder: install, nodes },
    run: async (shell, needed) => {
      const args = [...flags, 'node_modules/jest/bin/jest.js', '-c', config, '--ci', '--no-cache'];
      await shell.run(needed.nodes[node], args, { cwd: needed.folder });
      return { note: `with ${needs}` };
    },
  };
}
