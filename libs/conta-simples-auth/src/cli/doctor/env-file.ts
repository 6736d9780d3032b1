import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigModule } from '@nestjs/config';
import { type EnvFile, readEnvFile } from '../../options/env-files.js';
import { CliError, usageError } from '../cli-error.js';
import { codeOf } from './step.js';

export interface LoadedEnvFile {
  readonly path: string;
  /** Its content; absent where the file is too large to be one. */
  readonly file: EnvFile | undefined;
  /** Our variables that it has set; one that the environment had already is not among them. */
  readonly variables: readonly string[];
}

const OURS = /^CONTA_SIMPLES_/;

/**
 * Takes the variables of a file into the environment, by `ConfigModule` itself, so that quotes, comments and precedence
 * are those that the application will see. `undefined` where there is no file and none was named.
 *
 * @throws CliError for a file that is named and not there, or that cannot be read
 */
export async function loadEnvFile(named: string | undefined, directory: string): Promise<LoadedEnvFile | undefined> {
  const path = resolve(directory, named ?? '.env');
  if (!exists(path, named)) return undefined;
  const before = new Set(Object.keys(process.env));
  await ConfigModule.forRoot({ envFilePath: path });
  const variables = Object.keys(process.env).filter((name) => OURS.test(name) && !before.has(name));
  return { path, file: readEnvFile(path), variables };
}

function exists(path: string, named: string | undefined): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && named === undefined) return false;
    if (named !== undefined) throw usageError(`--env-file names a file that cannot be read (${code})`);
    throw new CliError(`${path} cannot be read (${code})`, 1);
  }
}
