import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigModule } from '@nestjs/config';
import { CliError, usageError } from '../cli-error.js';
import { codeOf } from './step.js';

export interface EnvFile {
  readonly path: string;
  readonly text: string;
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
export async function loadEnvFile(named: string | undefined, directory: string): Promise<EnvFile | undefined> {
  const path = resolve(directory, named ?? '.env');
  const text = read(path, named);
  if (text === undefined) return undefined;
  const before = new Set(Object.keys(process.env));
  await ConfigModule.forRoot({ envFilePath: path });
  const variables = Object.keys(process.env).filter((name) => OURS.test(name) && !before.has(name));
  return { path, text, variables };
}

function read(path: string, named: string | undefined): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && named === undefined) return undefined;
    if (named !== undefined) throw usageError(`--env-file names a file that cannot be read (${code})`);
    throw new CliError(`${path} cannot be read (${code})`, 1);
  }
}

/** Variables of a secret whose value, without quotes, goes on after a `#`: what follows is read as a comment. */
export function cutAtComment({ text, variables }: EnvFile): string[] {
  return variables.filter((name) => {
    if (!/_API_(?:KEY|SECRET)$/.test(name)) return false;
    const line = text.split(/\r?\n/).findLast((each) => each.replace(/^\s*(?:export\s+)?/, '').startsWith(`${name}=`));
    return /=\s*[^\s"'`#][^\s#]*#\S/.test(line ?? '');
  });
}
