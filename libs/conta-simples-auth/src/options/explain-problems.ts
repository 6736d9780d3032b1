import type { EnvFile } from './env-files.js';
import { cutAtComment, expansionOf, hasReference } from './env-files.js';
import type { ReadVariable } from './environment-variables.js';
import { escapedName, isSameName, isSpelledAlike, nearMisses } from './near-misses.js';
import type { Problems } from './problems.js';

/** The environment of the settings, which often explains why they are missing or wrong. */
export interface Surroundings {
  /** The names of all variables that are set and not blank. */
  readonly variables: readonly string[];
  /** Files of variables, loaded or not. */
  readonly envFiles: readonly EnvFile[];
}

/** The settings that were read: the names of the variables, and how to read their values. */
export interface SettingsRead {
  readonly asked: ReadonlySet<string>;
  readonly read: ReadVariable;
}

const OPTIONAL = ['ENVIRONMENT', 'BASE_URL', 'USER_AGENT', 'ACCOUNTS'].map((name) => `CONTA_SIMPLES_${name}`);
const PAIR = ['CONTA_SIMPLES_API_KEY', 'CONTA_SIMPLES_API_SECRET'].flatMap((name) => [name, `${name}_FILE`]);
const KNOWN: ReadonlySet<string> = new Set([...OPTIONAL, ...PAIR]);

/** Adds to the problems what the environment says about them, and warns of variables that are set and not read. */
export function explainProblems(problems: Problems, settings: SettingsRead, around: Surroundings): void {
  for (const file of around.envFiles) explainByFile(problems, settings, file);
  const isRead = (name: string) => settings.asked.has(name) || KNOWN.has(name);
  const explained = new Set<string>();
  problems.explain('missing', (setting) => {
    if (!setting.startsWith('CONTA_SIMPLES_')) return undefined;
    // Accounts with similar names each have a variable with a similar name.
    const isOfAnother = (name: string) =>
      !isSameName(name, setting) && [...settings.asked].some((other) => isSameName(name, other));
    const found = nearMisses(setting, around.variables, isRead).filter((name) => !isOfAnother(name));
    for (const name of found) explained.add(name);
    return found.length === 0 ? undefined : listed(found);
  });
  const unread = around.variables.filter((name) => !isRead(name) && !explained.has(name));
  warnOfUnread(problems, settings, unread);
}

function warnOfUnread(problems: Problems, { asked, read }: SettingsRead, unread: readonly string[]): void {
  const unset = OPTIONAL.filter((name) => asked.has(name) && !read(name));
  // An application that gives pairs in code may read them from variables with any name.
  const isPairRead = asked.has('CONTA_SIMPLES_API_KEY') && asked.has('CONTA_SIMPLES_ACCOUNTS');
  for (const name of unread) {
    if (!/^\W*conta/i.test(name)) continue;
    const wanted = unset.find((each) => isSpelledAlike(name, each));
    if (wanted !== undefined) {
      problems.warn(escapedName(name), `is set and not read: rename it if ${wanted} is meant`, 'not_read');
    } else if (isPairRead && /^CONTA_SIMPLES_\w+_API_(?:KEY|SECRET)(?:_FILE)?$/.test(name)) {
      problems.warn(name, 'is set and not read: CONTA_SIMPLES_ACCOUNTS does not list its account', 'not_read');
    }
  }
}

function explainByFile(problems: Problems, { asked, read }: SettingsRead, file: EnvFile): void {
  const missing = new Set(problems.list.filter(({ code }) => code === 'missing').map(({ setting }) => setting));
  const inFile = [...asked].filter((name) => file.values.get(name)?.trim() && read(name) === undefined);
  const isWanted = inFile.some((name) => missing.has(name) || missing.has(name.replace(/_FILE$/, '')));
  if (file.encoding === 'utf16' && missing.size > 0) {
    problems.hint(
      `The file ${file.name} is encoded in UTF-16, so that none of its variables can be read: save it as UTF-8`,
    );
  } else if (isWanted) {
    problems.hint(notLoaded(file.name, inFile));
  }
  problems.explain('blank', (name) => {
    const text = file.values.get(name)?.trim();
    if (!text || hasReference(text)) return undefined;
    return `${file.name} has a value for it, but the environment sets it to nothing, and the environment wins: unset it there`;
  });
  // A reference to another variable of the file is not lost.
  const isSet = (name: string) => Boolean(process.env[name] ?? file.values.get(name));
  for (const [name, text] of file.values) {
    const expansion = asked.has(name) ? expansionOf(text, read(name) ?? '', isSet) : undefined;
    const what = `has a "$" in ${file.name}: expandVariables of ConfigModule reads what follows as a variable name`;
    if (expansion === 'lost') problems.add(name, `${what}, and removes it; write "\\$" there`, 'expanded');
    else if (expansion === 'replaced' && /_API_(?:KEY|SECRET)$/.test(name)) {
      problems.warn(name, `${what}, and inserts its value; write "\\$" if that is not meant`, 'expanded');
    }
  }
  for (const name of cutAtComment(file)) {
    if (read(name) !== file.values.get(name)) continue;
    problems.warn(
      name,
      `has a # in the file ${file.name}: what follows is read as a comment; put the value in quotes`,
      'cut_at_comment',
    );
  }
}

/** The file is correct, but the application does not read it: the most common reason for missing settings. */
function notLoaded(file: string, names: readonly string[]): string {
  const root = file === '.env' ? 'ConfigModule.forRoot()' : `ConfigModule.forRoot({ envFilePath: '${file}' })`;
  return (
    `The file ${file} in the working folder has ${names.join(', ')}, but the application has not loaded it: ` +
    `import ${root} in the root module, or start it with node --env-file=${file}`
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(escapedName);
  const meant =
    shown.length === 1 ? 'is set: rename it if it is meant' : 'are set: rename the one that is meant, if any';
  return `${shown.join(' and ')} ${meant}`;
}
