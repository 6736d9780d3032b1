import { access } from 'node:fs/promises';
import { RELEASE } from '../paths.mjs';
import { installCopy } from '../run/npm-install.mjs';

/** Both ends of the supported ranges, the newest long-term release, and the newest release. */
export const NODE_VERSIONS = ['20.19.0', '22.12.0', '24.21.0', '26.10.0'];

/** The Node binaries, from the npm registry. */
export function nodesCheck({ temporary }) {
  const folder = `${temporary}/nodes`;
  return {
    title: 'npm ci: Node versions',
    run: async (shell) => {
      await installCopy(shell, `${RELEASE}/nodes`, folder);
      const binaries = NODE_VERSIONS.map((version) => [version, `${folder}/node_modules/node-${version}/bin/node`]);
      const found = await Promise.all(binaries.map(([, path]) => isThere(path)));
      if (found.every((there) => there)) return { note: NODE_VERSIONS.join(', '), value: Object.fromEntries(binaries) };
      const { platform, arch, version } = process;
      const instead = Object.fromEntries(NODE_VERSIONS.map((each) => [each, process.execPath]));
      return {
        note: `binaries exist only for linux x64, not ${platform} ${arch}: all run on ${version} instead`,
        value: instead,
      };
    },
  };
}

function isThere(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
