import { readFileSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { ConfigModule } from '@nestjs/config';
import { type EnvFile, envFiles, hasReference, readEnvFile, usualEnvFiles } from '../../options/env-files.js';
import { BASE_URLS, type ContaSimplesAuthOptions, type ResolvedOptions } from '../../options/options.js';
import type { Problem, ProblemCode } from '../../options/problems.js';
import { inspectOptions } from '../../options/resolve-options.js';
import { CliError, codeOf, usageError } from '../command.js';
import { type Check, fail, ok, warn } from './report.js';

export interface Settings {
  readonly checks: readonly Check[];
  /** Absent where anything is missing or wrong. */
  readonly options?: ResolvedOptions;
}

/** What the application would read, by its own code: everything that is missing or wrong is reported at once. */
export function checkSettings(
  given: ContaSimplesAuthOptions,
  envFile: LoadedEnvFile | undefined,
  directory: string,
): Settings {
  const variables = Object.keys(process.env).filter((name) => process.env[name]?.trim());
  // Also those that nobody has loaded: what is missing may be there.
  const others = usualEnvFiles().map((name) => resolve(directory, name));
  const around = { variables, envFiles: envFiles([...(envFile ? [envFile.path] : []), ...others]) };
  const { options, problems } = inspectOptions(given, (name) => process.env[name], around);
  const warnings = [
    ...problems.warnings.map((problem) => warn('settings', sentence(problem), REMEDIES[problem.code])),
    ...warningsOf(envFile),
  ];
  const source = sourceOf(envFile, directory);
  if (problems.list.length > 0) {
    const failures = problems.list.map((problem, index) =>
      fail('settings', index === 0 ? `${sentence(problem)} (${source})` : sentence(problem), remedyFor(problem)),
    );
    const hints = problems.hints.map((hint) =>
      fail('settings', hint, 'Then run the doctor again, for a file of another name than .env with --env-file.'),
    );
    return { checks: [...failures, ...hints, ...warnings] };
  }
  const { environment, baseUrl, accounts } = options;
  const names = [...accounts.keys()];
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  const which = names.length === 1 ? `account ${shown}` : `${names.length} accounts: ${shown}`;
  const found = ok('settings', `${environment}, ${baseUrl}; ${which}; ${source}`, howToLoad(envFile));
  return { checks: [found, ...targetWarnings(options), ...warnings], options };
}

const sentence = ({ setting, what }: Problem) => `${setting} ${what}`;

function sourceOf(envFile: LoadedEnvFile | undefined, directory: string): string {
  if (envFile === undefined) return 'from the environment; there is no .env here';
  const path = relative(directory, envFile.path);
  const shown = path.startsWith('..') || isAbsolute(path) ? envFile.path : path;
  const count = envFile.variables.length;
  return `from the environment and ${shown} (${count} variable${count === 1 ? '' : 's'} of ours)`;
}

/** The doctor reads the file by itself: an application does so only if it says so. */
function howToLoad(envFile: LoadedEnvFile | undefined): string | undefined {
  if (envFile === undefined || envFile.variables.length === 0) return undefined;
  const name = basename(envFile.path);
  const call = name === '.env' ? 'ConfigModule.forRoot()' : `ConfigModule.forRoot({ envFilePath: '${name}' })`;
  return `The application reads ${name} only if it imports ${call}, or is started with node --env-file=${name}.`;
}

/** What to do about each kind of problem. */
const REMEDIES = {
  missing: 'Set it in the environment or in .env; .env.example has every name.',
  blank: 'Fill it in; a pair is made in Internet Banking.',
  line_break: 'It was copied or piped with a line end: set it again without one (printf %s in place of echo).',
  whitespace: 'Set it again without the spaces or tabs around it.',
  characters: 'Enter the value again as plain text; save files as UTF-8 without a byte order mark.',
  expanded: 'Write \\$ in place of $ in the file.',
  unreadable_file: 'Check that the secret is mounted at this path, and that this user may read it.',
  two_sources: 'Unset one of the two.',
  invalid_environment: 'Set it to sandbox or production, whichever the pair was made for.',
  insecure_url: 'Credentials never go over plain http, except to this machine.',
  invalid_url: 'Give the address alone, such as https://api.contasimples.com, or leave it out.',
  tls: 'Correct this part of the option.',
  quoted: "Unless they belong to it, set it without: only a .env file takes quotes off, docker's --env-file not.",
  cut_at_comment: 'Put the value in quotes.',
  suspicious: 'If the value is right as it is, leave it.',
  not_read: 'Rename or remove it.',
  invalid: 'Correct this setting.',
} as const satisfies Record<ProblemCode, string>;

function remedyFor({ code, setting }: Problem): string {
  if (setting === 'CONTA_SIMPLES_ENVIRONMENT') return REMEDIES.invalid_environment;
  return REMEDIES[code];
}

/** An address of one environment under the name of the other. */
function targetWarnings({ environment, baseUrl }: ResolvedOptions): Check[] {
  const other = Object.entries(BASE_URLS).find(([, url]) => url === baseUrl)?.[0];
  if (other === undefined || environment === other || environment === 'custom') return [];
  const message = `CONTA_SIMPLES_ENVIRONMENT says ${environment}, CONTA_SIMPLES_BASE_URL is the address of ${other}`;
  return [warn('settings', message, 'Unset CONTA_SIMPLES_BASE_URL, or correct the environment.')];
}

/** What can be right, and seldom is; the application's own warnings are not among them. */
function warningsOf(envFile: LoadedEnvFile | undefined): Check[] {
  const checks: Check[] = [];
  for (const [name, text] of envFile?.file?.values ?? []) {
    if (!/^CONTA_SIMPLES_(?:\w+_)?API_(?:KEY|SECRET)$/.test(name) || !hasReference(text)) continue;
    const message = `${name} has a $ in the file: an application with \`expandVariables\` takes what follows for a variable`;
    checks.push(warn('settings', message, 'If yours has it, write \\$ in the file.'));
  }
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: this library checks certificates all the same';
    checks.push(warn('settings', message, 'Unset it: all other clients in the process would accept any certificate.'));
  }
  return checks;
}

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
