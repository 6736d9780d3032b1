import { DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import { readSecretFile, readSecretFileSync, SecretFileError } from '../accounts/secret-file.js';
import type { Problems } from './problems.js';

/** Reads one variable; `undefined` if it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/** One half of a pair in the environment. */
export interface VariableValue {
  /** The variable that it comes from. */
  readonly name: string;
  readonly value: string;
  /** Reads it again: the same value for a variable, the current content of the file for a `_FILE`. */
  readonly reread: () => string | Promise<string>;
}

/** The pair of one account in the environment; either half may be missing. */
export interface VariablePair {
  readonly account: string;
  /** `CONTA_SIMPLES_API_KEY`, or the same with the account's name. */
  readonly keyName: string;
  readonly secretName: string;
  readonly apiKey: VariableValue | undefined;
  readonly apiSecret: VariableValue | undefined;
}

const PREFIX = 'CONTA_SIMPLES';
const ACCOUNT_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The pair without a name, if any half of it is set. */
export function readDefaultPair(read: ReadVariable, problems: Problems): VariablePair | undefined {
  const pair = readPair(DEFAULT_ACCOUNT, PREFIX, read, problems);
  return pair.apiKey === undefined && pair.apiSecret === undefined ? undefined : pair;
}

/** The pairs of the accounts that `CONTA_SIMPLES_ACCOUNTS` lists. */
export function readNamedPairs(read: ReadVariable, problems: Problems): VariablePair[] {
  const list = read(`${PREFIX}_ACCOUNTS`)?.trim();
  if (list === undefined || list === '') return [];
  const pairs: VariablePair[] = [];
  const takenBy = new Map<string, string>();
  for (const name of list.split(',').map((part) => part.trim())) {
    if (!ACCOUNT_NAME.test(name)) {
      problems.add(`${PREFIX}_ACCOUNTS`, 'lists a name that is not 1 to 64 letters, digits, "-" or "_"');
      continue;
    }
    const prefix = `${PREFIX}_${name.toUpperCase().replaceAll('-', '_')}`;
    const other = takenBy.get(prefix);
    if (other !== undefined) {
      problems.add(
        `${PREFIX}_ACCOUNTS`,
        `lists "${other}" and "${name}", which would both read ${prefix}_API_KEY: rename one of them`,
      );
      continue;
    }
    takenBy.set(prefix, name);
    pairs.push(readPair(name, prefix, read, problems));
  }
  return pairs;
}

function readPair(account: string, prefix: string, read: ReadVariable, problems: Problems): VariablePair {
  const keyName = `${prefix}_API_KEY`;
  const secretName = `${prefix}_API_SECRET`;
  return {
    account,
    keyName,
    secretName,
    apiKey: readSecret(keyName, read, problems),
    apiSecret: readSecret(secretName, read, problems),
  };
}

function readSecret(name: string, read: ReadVariable, problems: Problems): VariableValue | undefined {
  const value = read(name);
  const path = read(`${name}_FILE`);
  // An empty variable, as in a copied `.env.example`, counts as not set.
  if (path === undefined || path === '') return value === undefined ? undefined : { name, value, reread: () => value };
  const fileName = `${name}_FILE`;
  if (value !== undefined && value !== '')
    problems.add(fileName, `is set together with ${name}: keep one of the two`, 'two_sources');
  try {
    const reread = () => readSecretFile(path);
    return { name: fileName, value: readSecretFileSync(path), reread };
  } catch (error) {
    const what =
      error instanceof SecretFileError
        ? error.message
        : `names a file that cannot be read (${fileErrorCode(error)})${pathHint(path)}`;
    problems.add(fileName, what, 'unreadable_file');
    // An empty value would be reported a second time.
    return { name: fileName, value: UNREADABLE, reread: () => readSecretFile(path) };
  }
}

/** Replaces a value whose problem is reported already. It passes every check and is never used, because the start fails. */
const UNREADABLE = 'unreadable';

/** Why a path does not exist, if its spelling shows that; appended to the message. */
function pathHint(path: string): string {
  if (path !== path.trim()) return ': the path has whitespace at its start or end';
  if (/^["'`]|["'`]$/.test(path)) return ': the path has quotation marks around it';
  return '';
}

function fileErrorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : 'unreadable';
}
