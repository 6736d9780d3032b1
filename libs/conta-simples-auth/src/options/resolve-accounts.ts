import { DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import {
  type ClientAuthEncoding,
  type ContaSimplesCredentials,
  type CredentialsSource,
  credentialFault,
  credentialSuspicion,
} from '../accounts/credentials.js';
import { type ReadVariable, readDefaultPair, readNamedPairs, type VariablePair } from './environment-variables.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from './options.js';
import type { Problems } from './problems.js';

type Accounts = Pick<ResolvedOptions, 'accounts' | 'isOpen' | 'provide'>;

/** Collects the accounts. Both halves of a pair come from one source; code wins over the environment. */
export function resolveAccounts(
  options: ContaSimplesAuthOptions,
  read: ReadVariable,
  encoding: ClientAuthEncoding,
  problems: Problems,
): Accounts {
  const accounts = new Map<string, CredentialsSource>();
  const add = (account: string, source: CredentialsSource | undefined, setting: string) => {
    if (accounts.has(account))
      problems.add(setting, `gives the account "${account}" a second pair: remove one of the two`);
    else if (source !== undefined) accounts.set(account, source);
  };
  const check = new PairCheck(encoding, problems);

  if (options.apiKey !== undefined || options.apiSecret !== undefined) {
    const names = { apiKey: 'option apiKey', apiSecret: 'option apiSecret' };
    add(DEFAULT_ACCOUNT, check.pair(options, names), 'option apiKey');
  } else {
    const pair = readDefaultPair(read, problems);
    if (pair !== undefined) add(DEFAULT_ACCOUNT, check.variables(pair), pair.keyName);
  }

  const { accounts: further } = options;
  if (typeof further === 'function') {
    return { accounts, isOpen: true, provide: further };
  }
  if (further === undefined) {
    for (const pair of readNamedPairs(read, problems)) add(pair.account, check.variables(pair), pair.keyName);
  } else if (!isRecord(further)) {
    problems.add('option accounts', 'must be a record of credentials or a function');
    return { accounts, isOpen: false, provide };
  } else {
    for (const [account, given] of Object.entries(further)) {
      const setting = `option accounts[${JSON.stringify(account)}]`;
      const names = { apiKey: `${setting}.apiKey`, apiSecret: `${setting}.apiSecret` };
      if (account.trim() === '') problems.add(setting, 'has no name: give the account a name');
      if (isRecord(given)) add(account, check.pair(given, names), setting);
      else problems.add(setting, 'must be an object with apiKey and apiSecret');
    }
  }
  // The problems of a pair are reported above. This reports that there is no pair at all.
  const noneNamed = further === undefined || Object.keys(further).length === 0;
  if (accounts.size === 0 && check.seen === 0 && noneNamed) {
    problems.add(
      'CONTA_SIMPLES_API_KEY',
      'is missing: set it, or CONTA_SIMPLES_API_KEY_FILE, or the option apiKey',
      'missing',
    );
    problems.add(
      'CONTA_SIMPLES_API_SECRET',
      'is missing: set it, or CONTA_SIMPLES_API_SECRET_FILE, or the option apiSecret',
      'missing',
    );
  }
  return { accounts, isOpen: false, provide };
}

/** Never called: without a provider function there are no further accounts. */
const provide = () => Promise.reject(new Error('no provider'));

/** An object with names as keys. A Map has no own keys, and the keys of an array are numbers. */
function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

class PairCheck {
  seen = 0;
  readonly #encoding: ClientAuthEncoding;
  readonly #problems: Problems;

  constructor(encoding: ClientAuthEncoding, problems: Problems) {
    this.#encoding = encoding;
    this.#problems = problems;
  }

  pair(
    { apiKey, apiSecret }: Partial<ContaSimplesCredentials>,
    names: { apiKey: string; apiSecret: string },
  ): CredentialsSource | undefined {
    const sound = this.#halves(apiKey, apiSecret, names);
    return sound ? () => sound : undefined;
  }

  variables({ apiKey, apiSecret, keyName, secretName }: VariablePair): CredentialsSource | undefined {
    const names = { apiKey: apiKey?.name ?? keyName, apiSecret: apiSecret?.name ?? secretName };
    const sound = this.#halves(apiKey?.value, apiSecret?.value, names);
    if (!sound || !apiKey || !apiSecret) return undefined;
    return async () => ({ apiKey: await apiKey.reread(), apiSecret: await apiSecret.reread() });
  }

  #halves(
    apiKey: string | undefined,
    apiSecret: string | undefined,
    names: { apiKey: string; apiSecret: string },
  ): ContaSimplesCredentials | undefined {
    this.seen++;
    const keyIsSound = this.#half('apiKey', apiKey, names.apiKey, apiSecret !== undefined && names.apiSecret);
    const secretIsSound = this.#half('apiSecret', apiSecret, names.apiSecret, apiKey !== undefined && names.apiKey);
    if (!keyIsSound || !secretIsSound || apiKey === undefined || apiSecret === undefined) return undefined;
    return { apiKey, apiSecret };
  }

  /** `otherName` is the name of the other half, if that is set. */
  #half(part: 'apiKey' | 'apiSecret', value: string | undefined, name: string, otherName: string | false): boolean {
    const missing = otherName
      ? `is missing: both halves of a pair come from one source, and ${otherName} is set`
      : 'is missing';
    const fault =
      value === undefined
        ? ({ what: missing, code: 'missing' } as const)
        : credentialFault(part, value, this.#encoding);
    const suspicion = value === undefined || fault !== undefined ? undefined : credentialSuspicion(value);
    if (fault !== undefined) this.#problems.add(name, fault.what, fault.code);
    else if (suspicion !== undefined) this.#problems.warn(name, suspicion.what, suspicion.code);
    return fault === undefined;
  }
}
