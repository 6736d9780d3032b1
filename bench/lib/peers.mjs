import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../peers', import.meta.url));

/** Installs the libraries of the comparison, unless they are installed. */
export function installPeers() {
  if (existsSync(`${FOLDER}/node_modules`)) return;
  console.log('Installing the libraries of the comparison into bench/peers');
  execFileSync('npm', ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' });
}
