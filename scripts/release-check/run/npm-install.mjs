import { cp, mkdir } from 'node:fs/promises';

/** Copies a folder with a lock file of its own below the temporary folder, and installs what it locks. */
export async function installCopy(shell, from, to, flags = []) {
  await mkdir(to, { recursive: true });
  const withoutInstalled = (source) => !source.startsWith(`${from}/node_modules`);
  await cp(from, to, { recursive: true, filter: withoutInstalled });
  await shell.run('npm', ['ci', '--ignore-scripts', '--prefer-offline', ...flags], { cwd: to });
}

/** Adds the packed library as a user would; npm refuses it where its peer ranges do not hold. */
export async function installTarball(shell, tarball, folder, flags = []) {
  const own = ['--no-save', '--ignore-scripts', '--strict-peer-deps', '--prefer-offline'];
  await shell.run('npm', ['install', ...own, ...flags, tarball], { cwd: folder });
}
