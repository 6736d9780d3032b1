import { cp, mkdir } from 'node:fs/promises';

/** Copies a folder with a lock file into the temporary folder, and installs the locked packages. */
export async function installCopy(shell, from, to, flags = []) {
  await mkdir(to, { recursive: true });
  const withoutInstalled = (source) => !source.startsWith(`${from}/node_modules`);
  await cp(from, to, { recursive: true, filter: withoutInstalled });
  await shell.run('npm', ['ci', '--ignore-scripts', '--prefer-offline', ...flags], { cwd: to });
}

/** Installs the packed library like a user; npm fails if its peer ranges do not match. */
export async function installTarball(shell, tarball, folder, flags = []) {
  const own = ['--no-save', '--ignore-scripts', '--strict-peer-deps', '--prefer-offline'];
  await shell.run('npm', ['install', ...own, ...flags, tarball], { cwd: folder });
}
