import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** Many times more than any key or secret has. */
const MAX_BYTES = 65_536;

/** A path that leads to something that is no secret. The message follows the name of the setting. */
export class SecretFileError extends Error {}

/** Reads a mounted secret anew each time, so that a rotated one is taken without a restart. */
export async function readSecretFile(path: string): Promise<string> {
  checkSecretFile(await stat(path));
  return withoutLastLineEnd(await readFile(path, 'utf8'));
}

/** The same at once, for the start. */
export function readSecretFileSync(path: string): string {
  checkSecretFile(statSync(path));
  return withoutLastLineEnd(readFileSync(path, 'utf8'));
}

/** To read a pipe waits for a writer, some devices have no end, and neither gives the same a second time. */
function checkSecretFile(stats: Stats): void {
  if (stats.isDirectory()) return;
  if (!stats.isFile()) {
    throw new SecretFileError(
      'names a pipe, socket or device: it has to be a file, which is read before each token request',
    );
  }
  if (stats.size > MAX_BYTES) {
    throw new SecretFileError('names a file of more than 64 KiB: it has to hold the value alone');
  }
}

/** Editors and `echo` end a file with a line end that is no part of the secret; anything else is. */
function withoutLastLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
