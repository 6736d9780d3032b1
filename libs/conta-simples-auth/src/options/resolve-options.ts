import { VERSION } from '../model/version.js';
import { checkTrustedUrl, collectOrigins } from './check-url.js';
import type { ReadVariable } from './environment-variables.js';
import { explainProblems, type Surroundings } from './explain-problems.js';
import { BASE_URLS, type ContaSimplesAuthOptions, type ResolvedOptions } from './options.js';
import { Problems } from './problems.js';
import { resolveAccounts } from './resolve-accounts.js';
import { resolveStore, resolveTelemetry, resolveTransport } from './resolve-integrations.js';

const DEFAULT_REQUEST_TIMEOUT_MS = 5_000;
const ENVIRONMENTS = ['sandbox', 'production'] as const;
const OPTION_NAMES: ReadonlySet<string> = new Set<keyof ContaSimplesAuthOptions | 'isGlobal'>([
  'environment',
  'baseUrl',
  'apiKey',
  'apiSecret',
  'accounts',
  'maxAccounts',
  'store',
  'telemetry',
  'userAgent',
  'refreshAt',
  'requestTimeoutMs',
  'waitTimeoutMs',
  'bootstrap',
  'clientAuthEncoding',
  'allowMissingTokenType',
  'proxy',
  'tls',
  'httpsAgent',
  'origins',
  'isGlobal',
]);

/**
 * Completes the options from the environment and checks all of them.
 *
 * @throws ContaSimplesAuthError of kind `configuration`, naming every setting that is missing or wrong
 */
export function resolveOptions(given: ContaSimplesAuthOptions | undefined, read: ReadVariable): ResolvedOptions {
  const { options, problems } = inspectOptions(given, read);
  problems.throwIfAny();
  return options;
}

const NOTHING_AROUND: Surroundings = { variables: [], envFiles: [] };

/** As {@link resolveOptions}, but returns the problems as data. If there are any, the options must not be used. */
export function inspectOptions(
  given: ContaSimplesAuthOptions | undefined,
  readVariable: ReadVariable,
  around: Surroundings = NOTHING_AROUND,
): { readonly options: ResolvedOptions; readonly problems: Problems } {
  const asked = new Set<string>();
  const read = (name: string) => {
    asked.add(name);
    return readVariable(name);
  };
  const problems = new Problems();
  const options = knownOptions(given, problems);
  const check = new OptionCheck(options, problems);
  const clientAuthEncoding = check.oneOf('clientAuthEncoding', ['plain', 'rfc6749'], 'plain');
  const { environment, baseUrl } = resolveTarget(options, read, problems);
  const accounts = resolveAccounts(options, read, clientAuthEncoding, problems);
  const origins = collectOrigins(options.origins ?? [], 'option origins', problems);
  const transport = resolveTransport(options, problems);
  const resolved: ResolvedOptions = {
    environment,
    baseUrl,
    origins: origins.add(new URL(baseUrl).origin),
    userAgent: resolveUserAgent(options, read, problems),
    refreshAt: check.number('refreshAt', 0.1, 0.95, 0.9),
    requestTimeoutMs: check.number('requestTimeoutMs', 100, 120_000, DEFAULT_REQUEST_TIMEOUT_MS),
    waitTimeoutMs: check.number('waitTimeoutMs', 100, 600_000, 10_000),
    bootstrap: check.oneOf('bootstrap', ['background', 'required', 'lazy'], 'background'),
    clientAuthEncoding,
    allowMissingTokenType: check.flag('allowMissingTokenType', false),
    ...accounts,
    maxAccounts: Math.floor(check.number('maxAccounts', 1, 1_000_000, 1_000)),
    store: resolveStore(options, options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS, problems),
    telemetry: resolveTelemetry(options, problems),
    transport: () => transport,
  };
  explainProblems(problems, { asked, read: readVariable }, around);
  return { options: resolved, problems };
}

/** The given options without those that cannot be used. Every one that is dropped is reported. */
function knownOptions(given: unknown, problems: Problems): ContaSimplesAuthOptions {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.add('options', 'must be an object');
    return {};
  }
  const unknown = Object.keys(given).filter((name) => !OPTION_NAMES.has(name));
  for (const name of unknown) problems.add(`option ${name}`, 'does not exist: remove it, or correct its name');
  // Read by name, because a class may have getters.
  const values = [...OPTION_NAMES].map((name) => [name, (given as Record<string, unknown>)[name]] as const);
  const known = values.filter(([name, value]) => {
    // Not read from the environment: null is more likely a value that was not found.
    if (value === null) problems.add(`option ${name}`, 'is null: give it a value, or leave it out');
    return value !== undefined && value !== null;
  });
  return Object.fromEntries(known);
}

function resolveTarget(options: ContaSimplesAuthOptions, read: ReadVariable, problems: Problems) {
  const inCode = options.environment !== undefined;
  const setting = inCode ? 'option environment' : 'CONTA_SIMPLES_ENVIRONMENT';
  const environment: unknown = options.environment ?? blankToUndefined(read('CONTA_SIMPLES_ENVIRONMENT'));
  const known = ENVIRONMENTS.find((name) => name === environment);
  if (environment !== undefined && known === undefined) {
    problems.add(setting, `must be sandbox or production${spellingHint(environment)}`, 'invalid_environment');
  }

  const urlInCode = options.baseUrl !== undefined;
  const urlSetting = urlInCode ? 'option baseUrl' : 'CONTA_SIMPLES_BASE_URL';
  const ownUrl = options.baseUrl ?? blankToUndefined(read('CONTA_SIMPLES_BASE_URL'));
  if (ownUrl === undefined) {
    if (environment === undefined) {
      problems.add(setting, 'is missing: set it, or the option environment, to sandbox or production', 'missing');
    }
    return { environment: known ?? 'sandbox', baseUrl: BASE_URLS[known ?? 'sandbox'] };
  }
  const check = checkTrustedUrl(ownUrl);
  if (!check.ok) problems.add(urlSetting, check.problem, check.code);
  return { environment: known ?? 'custom', baseUrl: check.ok ? check.url.href.replace(/\/+$/, '') : BASE_URLS.sandbox };
}

function resolveUserAgent(options: ContaSimplesAuthOptions, read: ReadVariable, problems: Problems): string {
  const setting = options.userAgent !== undefined ? 'option userAgent' : 'CONTA_SIMPLES_USER_AGENT';
  const userAgent: unknown = options.userAgent ?? blankToUndefined(read('CONTA_SIMPLES_USER_AGENT'));
  if (userAgent === undefined) return `nestjs-conta-simples-auth/${VERSION}`;
  if (typeof userAgent === 'string' && /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/.test(userAgent)) {
    return userAgent;
  }
  problems.add(setting, 'must be 1 to 256 printable ASCII characters, such as my-app/1.2.3');
  return '';
}

/** How to spell the value, if only its spelling is wrong; appended to the message. */
function spellingHint(environment: unknown): string {
  if (typeof environment !== 'string') return '';
  const plain = environment.replace(/[^a-z]/gi, '').toLowerCase();
  const isNear = ENVIRONMENTS.some((name) => name === plain);
  return isNear ? ', in small letters, without whitespace or quotation marks' : '';
}

/** An empty variable, as in a copied `.env.example`, counts as not set. Credentials are stricter. */
function blankToUndefined(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

class OptionCheck {
  readonly #options: ContaSimplesAuthOptions;
  readonly #problems: Problems;

  constructor(options: ContaSimplesAuthOptions, problems: Problems) {
    this.#options = options;
    this.#problems = problems;
  }

  number(name: keyof ContaSimplesAuthOptions, min: number, max: number, fallback: number): number {
    const value: unknown = this.#options[name] ?? fallback;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    this.#problems.add(`option ${name}`, `must be a number from ${min} to ${max}`);
    return fallback;
  }

  flag(name: keyof ContaSimplesAuthOptions, fallback: boolean): boolean {
    const value: unknown = this.#options[name] ?? fallback;
    if (typeof value === 'boolean') return value;
    this.#problems.add(`option ${name}`, 'must be true or false');
    return fallback;
  }

  oneOf<T extends string>(name: keyof ContaSimplesAuthOptions, allowed: readonly T[], fallback: T): T {
    const value: unknown = this.#options[name] ?? fallback;
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    this.#problems.add(`option ${name}`, `must be one of ${allowed.join(', ')}`);
    return fallback;
  }
}
