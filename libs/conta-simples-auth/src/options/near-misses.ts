/** Words that other libraries and the vendor's pages use in place of ours. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  API_KEY: [
    'KEY',
    'APIKEY',
    'APPKEY',
    'CLIENTID',
    'APIID',
    'ID',
    'USER',
    'USERNAME',
    'LOGIN',
    'CHAVE',
    'CHAVEAPI',
    'APICHAVE',
  ],
  API_SECRET: [
    'SECRET',
    'APISECRET',
    'SECRETKEY',
    'APISECRETKEY',
    'KEYSECRET',
    'APIKEYSECRET',
    'CLIENTSECRET',
    'PASSWORD',
    'PASS',
    'SEGREDO',
    'SENHA',
  ],
  ENVIRONMENT: ['ENV', 'STAGE', 'MODE', 'AMBIENTE', 'NODEENV'],
  BASE_URL: ['URL', 'APIURL', 'HOST', 'ENDPOINT'],
};

/** Common words: they count only together with the whole name of the service. */
const COMMON: ReadonlySet<string> = new Set([
  'ID',
  'USER',
  'USERNAME',
  'LOGIN',
  'CHAVE',
  'PASSWORD',
  'PASS',
  'SENHA',
  ...(SYNONYMS.ENVIRONMENT ?? []),
  ...(SYNONYMS.BASE_URL ?? []),
]);

/** Words that do not identify an account or a setting. */
const FILLERS: ReadonlySet<string> = new Set([
  'CONTA',
  'SIMPLES',
  'CONTASIMPLES',
  'CS',
  'APP',
  'SANDBOX',
  'PRODUCTION',
  'PROD',
]);

/** The account's name, if any, and the setting of a variable, such as `API_KEY`. */
const PARTS = /^CONTA_SIMPLES_(?:(\w+)_)?(API_KEY|API_SECRET|ENVIRONMENT|BASE_URL|USER_AGENT|ACCOUNTS)(?:_FILE)?$/;

/**
 * Variables that are set and not read, and whose name is similar to `wanted`: another spelling, a typing error, or other
 * words with the same meaning.
 */
export function nearMisses(wanted: string, set: readonly string[], isRead: (name: string) => boolean): string[] {
  return set.filter((name) => !isRead(name) && (isSpelledAlike(name, wanted) || meansTheSame(name, wanted)));
}

/** Whether two names differ in case, separators, invisible characters, the order of words or a typing error. */
export function isSpelledAlike(name: string, wanted: string): boolean {
  const words = wordsOf(name);
  const compact = words.join('');
  const [plain, file] = [wordsOf(wanted), wordsOf(`${wanted}_FILE`)];
  const [one = '', other = ''] = [plain.join(''), file.join('')];
  if (compact === one || compact === other || compact.endsWith(one)) return true;
  if (words.toSorted().join() === plain.toSorted().join()) return true;
  const allowed = one.length >= 16 ? 2 : 1;
  return distance(compact, one, allowed) <= allowed || distance(compact, other, 1) <= 1;
}

/** Whether two names differ only in case, separators, invisible characters and `_FILE`. */
export function isSameName(name: string, wanted: string): boolean {
  const [compact, ...same] = [name, wanted, `${wanted}_FILE`].map((each) => wordsOf(each).join(''));
  return same.includes(compact ?? '');
}

function meansTheSame(name: string, wanted: string): boolean {
  const [, account = '', setting = ''] = PARTS.exec(wanted) ?? [];
  const words = wordsOf(name);
  if (!words.some((word) => /^(?:CONTA|SIMPLES|CONTASIMPLES|CS)$/.test(word))) return false;
  const ofAccount = account.split('_').filter(Boolean);
  if (!ofAccount.every((word) => words.includes(word))) return false;
  const rest = words.filter((word) => !FILLERS.has(word) && !ofAccount.includes(word)).join('');
  if (rest === setting.replace('_', '')) return true;
  const synonym = rest.replace(/(?:FILE|PATH)$/, '');
  const isNamed = words.includes('CONTASIMPLES') || (words.includes('CONTA') && words.includes('SIMPLES'));
  return (isNamed || !COMMON.has(synonym)) && (SYNONYMS[setting]?.includes(synonym) ?? false);
}

function wordsOf(name: string): string[] {
  // Splits `contaSimplesApiKey` as well, and removes invisible characters such as a byte order mark.
  const spaced = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[\p{Cf}\p{Zs}]/gu, '');
  return spaced
    .toUpperCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/** Letters to add, drop, replace or swap with the next one (optimal string alignment), counted up to `limit + 1`. */
function distance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let [before, last]: number[][] = [[], Array.from({ length: other.length + 1 }, (_unused, index) => index)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min((last?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last?.[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) least = Math.min(least, (before?.[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last ?? [], row];
  }
  return last?.[other.length] ?? limit + 1;
}

/** A name for a message, with invisible characters escaped. */
export function escapedName(name: string): string {
  const shown = name.replace(
    /[^\x21-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}
