import { isAbsolute, relative } from 'node:path';
import type { ContaSimplesAuthOptions } from '../../module/options.js';
import { problemsIn } from '../../module/problems.js';
import { resolveOptions } from '../../module/resolve-options.js';
import { BASE_URLS, type ResolvedOptions } from '../../module/resolved-options.js';
import { isContaSimplesAuthError } from '../../token/auth-error.js';
import { type Check, fail, ok, warn } from './check.js';
import { cutAtComment, type EnvFile } from './env-file.js';

export interface Settings {
  readonly checks: readonly Check[];
  /** Absent where anything is missing or wrong. */
  readonly options?: ResolvedOptions;
}

/** What the application would read, by its own code: everything that is missing or wrong is told at once. */
export function checkSettings(
  given: ContaSimplesAuthOptions,
  envFile: EnvFile | undefined,
  directory: string,
): Settings {
  const warnings = warningsOf(envFile);
  try {
    const options = resolveOptions(given, (name) => process.env[name]);
    const { environment, baseUrl, accounts } = options;
    const names = [...accounts.keys()];
    const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
    const which = names.length === 1 ? `account ${shown}` : `${names.length} accounts: ${shown}`;
    const found = ok('settings', `${environment}, ${baseUrl}; ${which}; ${sourceOf(envFile, directory)}`);
    return { checks: [found, ...targetWarnings(options), ...warnings], options };
  } catch (error) {
    if (!isContaSimplesAuthError(error, 'configuration')) throw error;
    return { checks: [...problemsOf(error.message, envFile, directory), ...warnings] };
  }
}

function sourceOf(envFile: EnvFile | undefined, directory: string): string {
  if (envFile === undefined) return 'from the environment; there is no .env here';
  const path = relative(directory, envFile.path);
  const shown = path.startsWith('..') || isAbsolute(path) ? envFile.path : path;
  const count = envFile.variables.length;
  return `from the environment and ${shown} (${count} variable${count === 1 ? '' : 's'} of ours)`;
}

function problemsOf(message: string, envFile: EnvFile | undefined, directory: string): Check[] {
  const source = `(${sourceOf(envFile, directory)})`;
  return problemsIn(message).map((problem, index) =>
    fail('settings', index === 0 ? `${problem} ${source}` : problem, remedyFor(problem)),
  );
}

/** What to do about a problem, by the words in which the module tells it. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^CONTA_SIMPLES_ENVIRONMENT /, 'Set it to sandbox or production, whichever the pair was made for.'],
  [/line break/, 'It was copied or piped with a line end: set it again without one (printf %s in place of echo).'],
  [/whitespace/, 'Set it again without the spaces or tabs around it.'],
  [/is blank/, 'Fill it in; a pair is made in Internet Banking.'],
  [/cannot be read/, 'Check that the secret is mounted at this path, and that this user may read it.'],
  [/is set together/, 'Unset one of the two.'],
  [/must be https|must start with https/, 'Credentials never go over plain http, except to this machine.'],
  [/_BASE_URL /, 'Give the address alone, such as https://api.contasimples.com, or leave it out.'],
  [/is missing/, 'Set it in the environment or in .env; .env.example has every name.'],
];

function remedyFor(problem: string): string {
  return REMEDIES.find(([pattern]) => pattern.test(problem))?.[1] ?? 'Mend this setting.';
}

/** An address of one environment under the name of the other. */
function targetWarnings({ environment, baseUrl }: ResolvedOptions): Check[] {
  const other = Object.entries(BASE_URLS).find(([, url]) => url === baseUrl)?.[0];
  if (other === undefined || environment === other || environment === 'custom') return [];
  const message = `CONTA_SIMPLES_ENVIRONMENT says ${environment}, CONTA_SIMPLES_BASE_URL is the address of ${other}`;
  return [warn('settings', message, 'Unset CONTA_SIMPLES_BASE_URL, or correct the environment.')];
}

/** Things that are set as they may be, and are seldom meant. */
function warningsOf(envFile: EnvFile | undefined): Check[] {
  const checks: Check[] = [];
  for (const name of envFile ? cutAtComment(envFile) : []) {
    checks.push(
      warn('settings', `${name} has a # in the file: what follows is read as a comment`, 'Put the value in quotes.'),
    );
  }
  for (const [name, value] of Object.entries(process.env)) {
    if (/^CONTA_SIMPLES_(?:\w+_)?API_(?:KEY|SECRET)$/.test(name) && /^(["']).*\1$/s.test(value ?? '')) {
      const remedy =
        "Unless they belong to it, set it without: only a .env file takes quotes off, docker's --env-file not.";
      checks.push(warn('settings', `${name} has quotation marks around it`, remedy));
    }
  }
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: this library checks certificates all the same';
    checks.push(warn('settings', message, 'Unset it: whatever else runs in the process would trust anybody.'));
  }
  return checks;
}
