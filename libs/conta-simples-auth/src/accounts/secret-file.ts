import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** Far more than any key or secret has. */
const MAX_BYTES = 65_536;

/** The path does not lead to a secret. The message follows the name of the setting. */
export class SecretFileError extends Error {}

/** Reads a mounted secret at each call, so that a rotated secret is used without a restart. */
export async function readSecretFile(path: string): Promise<string> {
  checkSecretFile(await stat(path));
  return withoutLastLineEnd(await readFile(path, 'utf8'));
}

/** The same synchronously, for the start of the application. */
export function readSecretFileSync(path: string): string {
  checkSecretFile(statSync(path));
  return withoutLastLineEnd(readFileSync(path, 'utf8'));
}

/** Reading a pipe waits for a writer, some devices have no end, and neither returns the same text a second time. */
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

/** Editors and `echo` add a line end that is no part of the secret. Everything else in the file is. */
function withoutLastLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
