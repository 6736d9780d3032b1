import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

const FOLDERS = ['../peers/node_modules', '../../node_modules'];

/** The installed version. */
export function versionOf(packageName) {
  for (const folder of FOLDERS) {
    try {
      const file = new URL(`${folder}/${packageName}/package.json`, import.meta.url);
      return JSON.parse(readFileSync(file, 'utf8')).version;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return 'not installed';
}

/** The machine of the measurement. */
export function machine() {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const model = processors[0]?.model.trim() || 'unknown processor';
  return `Node.js ${process.version}, ${process.platform} ${process.arch}, ${processors.length} × ${model}, ${gigabytes} GiB`;
}
