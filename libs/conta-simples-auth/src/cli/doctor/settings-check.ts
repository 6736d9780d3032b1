import { readFileSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { ConfigModule } from '@nestjs/config';
import { type EnvFile, envFiles, hasReference, readEnvFile, usualEnvFiles } from '../../options/env-files.js';
import { BASE_URLS, type ContaSimplesAuthOptions, type ResolvedOptions } from '../../options/options.js';
import type { Problem, ProblemCode } from '../../options/problems.js';
import { inspectOptions } from '../../options/resolve-options.js';
import { CliError, shownCode, usageError } from '../command.js';
import { type Check, fail, ok, warn } from './report.js';

export interface Settings {
  readonly checks: readonly Check[];
  /** Absent if any setting is missing or wrong. */
  readonly options?: ResolvedOptions;
}

/** Reads the settings with the library's own code. All missing and wrong settings are reported together. */
export function checkSettings(
  given: ContaSimplesAuthOptions,
  envFile: LoadedEnvFile | undefined,
  directory: string,
): Settings {
  const variables = Object.keys(process.env).filter((name) => process.env[name]?.trim());
  // Also files that the application has not loaded: a missing setting may be in one of them.
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
      fail('settings', hint, 'Then run the doctor again; for a file that is not named .env, use --env-file.'),
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
  return `from the environment and ${shown} (${count} CONTA_SIMPLES_ variable${count === 1 ? '' : 's'})`;
}

/** The doctor loads the file; an application does so only if it is configured to. */
function howToLoad(envFile: LoadedEnvFile | undefined): string | undefined {
  if (envFile === undefined || envFile.variables.length === 0) return undefined;
  const name = basename(envFile.path);
  const call = name === '.env' ? 'ConfigModule.forRoot()' : `ConfigModule.forRoot({ envFilePath: '${name}' })`;
  return `The application reads ${name} only if it imports ${call}, or is started with node --env-file=${name}.`;
}

/** What to do about each kind of problem. */
const REMEDIES = {
  missing: 'Set it in the environment or in .env; .env.example has every name.',
  blank: 'Fill it in; key and secret are created in Internet Banking.',
  line_break: 'It was copied or piped with a line end: set it again without one (printf %s in place of echo).',
  whitespace: 'Set it again without the spaces or tabs around it.',
  characters: 'Enter the value again as plain text; save files as UTF-8 without a byte order mark.',
  expanded: 'Write \\$ in place of $ in the file.',
  unreadable_file: 'Check that the secret is mounted at this path, and that this user may read it.',
  two_sources: 'Unset one of the two.',
  invalid_environment: 'Set it to sandbox or production: the environment that the key belongs to.',
  insecure_url: 'Use https: credentials are never sent over plain http, except to this machine.',
  invalid_url: 'Set only the address, such as https://api.contasimples.com, or leave it out.',
  tls: 'Correct this part of the option.',
  quoted:
    "Unless they are part of the value, set it without them: a .env file removes quotes, docker's --env-file does not.",
  cut_at_comment: 'Put the value in quotes.',
  suspicious: 'If the value is correct, ignore this.',
  not_read: 'Rename or remove it.',
  invalid: 'Correct this setting.',
} as const satisfies Record<ProblemCode, string>;

function remedyFor({ code, setting }: Problem): string {
  if (setting === 'CONTA_SIMPLES_ENVIRONMENT') return REMEDIES.invalid_environment;
  return REMEDIES[code];
}

/** Warns if the base URL is the address of the other environment. */
function targetWarnings({ environment, baseUrl }: ResolvedOptions): Check[] {
  const other = Object.entries(BASE_URLS).find(([, url]) => url === baseUrl)?.[0];
  if (other === undefined || environment === other || environment === 'custom') return [];
  const message = `CONTA_SIMPLES_ENVIRONMENT says ${environment}, CONTA_SIMPLES_BASE_URL is the address of ${other}`;
  return [warn('settings', message, 'Unset CONTA_SIMPLES_BASE_URL, or correct the environment.')];
}

/** Settings that are valid but rarely intended. The library's own warnings are reported separately. */
function warningsOf(envFile: LoadedEnvFile | undefined): Check[] {
  const checks: Check[] = [];
  for (const [name, text] of envFile?.file?.values ?? []) {
    if (!/^CONTA_SIMPLES_(?:\w+_)?API_(?:KEY|SECRET)$/.test(name) || !hasReference(text)) continue;
    const message = `${name} has a $ in the file: an application with \`expandVariables\` reads what follows as a variable`;
    checks.push(warn('settings', message, 'If your application uses it, write \\$ in the file.'));
  }
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: this library still checks certificates';
    checks.push(warn('settings', message, 'Unset it: all other clients in the process accept any certificate.'));
  }
  return checks;
}

export interface LoadedEnvFile {
  readonly path: string;
  /** Its content; absent if the file is too large. */
  readonly file: EnvFile | undefined;
  /** The CONTA_SIMPLES_ variables that it set; without those that the environment had already. */
  readonly variables: readonly string[];
}

const OURS = /^CONTA_SIMPLES_/;

/**
 * Loads the variables of a file into the environment with `ConfigModule`, so that quotes, comments and precedence are
 * those of the application. `undefined` if no file was named and there is no `.env`.
 *
 * @throws CliError if a named file does not exist, or the file cannot be read
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
    const code = shownCode(error);
    if (code === 'ENOENT' && named === undefined) return false;
    if (named !== undefined) throw usageError(`--env-file names a file that cannot be read (${code})`);
    throw new CliError(`${path} cannot be read (${code})`, 1);
  }
}
