import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** A `.env` file on disk, loaded by the application or not. */
export interface EnvFile {
  /** Its path, relative to the working folder if it is inside. */
  readonly name: string;
  readonly encoding: 'utf8' | 'utf16' | 'other';
  readonly text: string;
  readonly values: ReadonlyMap<string, string>;
}

const MAX_BYTES = 1_048_576;

/** The files that `ConfigModule` and `node --env-file` usually read. */
export function usualEnvFiles(): string[] {
  const stage = process.env.NODE_ENV;
  return ['.env', '.env.local', ...(stage ? [`.env.${stage}`, `.env.${stage}.local`] : [])];
}

/** The files of the list that exist, each once. */
export function envFiles(paths: readonly string[]): EnvFile[] {
  const unique = new Set(paths.map((path) => resolve(path)));
  return [...unique].flatMap((path) => readEnvFile(path) ?? []);
}

/** `undefined` if it does not exist or is not a readable file. */
export function readEnvFile(path: string): EnvFile | undefined {
  try {
    if (!statSync(path).isFile() || statSync(path).size > MAX_BYTES) return undefined;
    const bytes = readFileSync(path);
    const encoding = encodingOf(bytes);
    const text = decode(bytes, encoding);
    const values = new Map(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? '']));
    return { name: shownPath(path), encoding, text, values };
  } catch {
    return undefined;
  }
}

function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

function encodingOf(bytes: Buffer): EnvFile['encoding'] {
  const hasMark = bytes.length >= 2 && ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2));
  if (hasMark || bytes.includes(0)) return 'utf16';
  return isUtf8(bytes) ? 'utf8' : 'other';
}

function decode(bytes: Buffer, encoding: EnvFile['encoding']): string {
  if (encoding !== 'utf16') return withoutMark(bytes.toString('utf8'));
  const isBigEndian = bytes[0] === 0xfe || bytes[0] === 0;
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return withoutMark((isBigEndian ? even.swap16() : even).toString('utf16le'));
}

/** Without byte order mark, and with `\n` at each line end. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
}

/** Keys and secrets whose unquoted value contains a `#`: the parser reads what follows as a comment. */
export function cutAtComment({ text, values }: EnvFile): string[] {
  return [...values.keys()].filter((name) => {
    if (!/^CONTA_SIMPLES_(?:\w+_)?API_(?:KEY|SECRET)$/.test(name)) return false;
    const line = text.split(/\r?\n/).findLast((each) => each.replace(/^\s*(?:export\s+)?/, '').startsWith(`${name}=`));
    return /=\s*[^\s"'`#][^\s#]*#\S/.test(line ?? '');
  });
}

/** `$NAME` and `${NAME:-default}`, as `expandVariables` of `ConfigModule` finds them; not after a backslash. */
const REFERENCE = /(?<!\\)\$(?:\{([^{}]*)\}|([A-Za-z_]\w*))/g;

/** Whether `expandVariables` would find a reference to a variable in it. */
export function hasReference(value: string): boolean {
  return value.search(REFERENCE) >= 0;
}

/**
 * Whether `expandVariables` made `value` from the text in the file: `lost` if it found the name of a variable that is not
 * set and removed a part of the text; `replaced` if it replaced a part by another variable's value. A text that consists
 * only of a reference is intended.
 */
export function expansionOf(
  inFile: string,
  value: string,
  isSet: (name: string) => boolean,
): 'lost' | 'replaced' | undefined {
  if (inFile === value || !hasReference(inFile) || !patternOf(inFile).test(value)) return undefined;
  const names = [...inFile.matchAll(REFERENCE)].map(([, braced, bare]) => bare ?? braced ?? '');
  // `${NAME:-default}` has a default.
  if (names.some((name) => !name.includes('-') && !isSet(name))) return 'lost';
  return inFile.replace(REFERENCE, '').trim() === '' || names.some((name) => name.includes('-'))
    ? undefined
    : 'replaced';
}

function patternOf(inFile: string): RegExp {
  let pattern = '';
  let from = 0;
  for (const match of inFile.matchAll(REFERENCE)) {
    pattern += `${escaped(inFile.slice(from, match.index))}.*`;
    from = match.index + match[0].length;
  }
  return new RegExp(`^${pattern}${escaped(inFile.slice(from))}$`, 's');
}

/** The expansion also removes a backslash before `$`. */
function escaped(text: string): string {
  return text.replaceAll('\\$', '$').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
