import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../peers', import.meta.url));

/** Installs what the library is compared with, where it is not there yet. */
export function installPeers() {
  if (existsSync(`${FOLDER}/node_modules`)) return;
  console.log('Installing what the library is compared with, into bench/peers');
  execFileSync('npm', ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' });
}
