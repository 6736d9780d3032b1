import { FAILURE_KINDS, type TokenFailureKind } from '../../model/failure-kinds.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from '../../options/options.js';
import { usageError } from '../command.js';
import { checkBalance } from './balance-check.js';
import { about, type Check, type CheckName, fail, skip, warn } from './report.js';
import { wayTo } from './route.js';
import { checkName, checkWay } from './route-check.js';
import type { LoadedEnvFile } from './settings-check.js';
import { checkSettings } from './settings-check.js';
import { checkClock, checkToken } from './token-check.js';

interface Examination {
  readonly envFile: LoadedEnvFile | undefined;
  /** The working directory, from which paths are shown. */
  readonly directory: string;
  /** The accounts to check; none for all. */
  readonly accounts: readonly string[];
  /** Options in place of variables, as an application would give them. */
  readonly given: ContaSimplesAuthOptions;
}

/** So many accounts are two calls each, of the hundred that are allowed in a minute. */
const MAX_ACCOUNTS = 20;

/** Every check in order, each as soon as it is made; what depends on a failed one is skipped, with the reason. */
export async function* examine({ envFile, directory, accounts, given }: Examination): AsyncGenerator<Check> {
  const { checks, options } = checkSettings(given, envFile, directory);
  yield* checks;
  if (options === undefined) {
    yield* skipped(['name', 'tls', 'token', 'lifetime', 'balance', 'clock'], 'the settings have to be corrected first');
    return;
  }
  const names = chosen(accounts, options);
  const way = wayTo(options.baseUrl, process.env);
  if (way.badProxy !== undefined) {
    const remedy = 'Write it as http://host:port, or unset it.';
    yield fail('proxy', `${way.badProxy} holds no address of a proxy`, remedy);
    yield* skipped(['name', 'tls', 'token', 'lifetime', 'balance', 'clock'], 'there is no usable proxy address');
    return;
  }
  const name = await checkName(way, options.requestTimeoutMs);
  yield name;
  if (name.status === 'fail') {
    yield* skipped(['tls', 'token', 'lifetime', 'balance', 'clock'], 'there is no address to connect to');
    return;
  }
  for await (const check of checkWay(way, options)) {
    yield check;
    if (check.name === 'proxy' && check.status === 'ok') yield* warnOfFetch(way);
    if (check.status !== 'fail') continue;
    if (check.name === 'proxy') yield skip('tls', 'the proxy opened no tunnel');
    yield* skipped(
      ['token', 'lifetime', 'balance', 'clock'],
      'the connection is not trusted, so no credentials were sent',
    );
    return;
  }
  yield* checkAccounts(names, options);
}

/** Node's `fetch` takes the proxy of the environment only where Node is told to. */
function* warnOfFetch({ proxy }: ReturnType<typeof wayTo>): Generator<Check> {
  const isTold = process.env.NODE_USE_ENV_PROXY === '1' || process.execArgv.includes('--use-env-proxy');
  if (proxy === undefined || isTold) return;
  const message = `tokens.fetch() does not go through the proxy of ${proxy.variable}: Node's fetch does not read it`;
  yield warn(
    'proxy',
    message,
    'If you use it, give it a dispatcher (EnvHttpProxyAgent of undici), or start Node 24 with NODE_USE_ENV_PROXY=1.',
  );
}

/** @throws CliError for a name that is not configured */
function chosen(wanted: readonly string[], { accounts }: ResolvedOptions): readonly string[] {
  const unknown = wanted.filter((name) => !accounts.has(name)).length;
  if (unknown > 0) {
    // Not repeated: a secret may have been pasted in their place.
    const which =
      wanted.length === 1
        ? 'the name given is'
        : `${unknown} of the ${wanted.length} names given ${unknown === 1 ? 'is' : 'are'}`;
    const known = [...accounts.keys()].slice(0, MAX_ACCOUNTS).join(', ');
    throw usageError(`--account: ${which} not configured, only: ${known}`);
  }
  return wanted.length > 0 ? wanted : [...accounts.keys()];
}

/** Whether the next account would probably fail in the same way. */
function concernsAllAccounts(kind: TokenFailureKind): boolean {
  const { scope } = FAILURE_KINDS[kind];
  return scope === 'endpoint' || scope === 'address';
}

async function* checkAccounts(names: readonly string[], options: ResolvedOptions): AsyncGenerator<Check> {
  const several = names.length > 1;
  const named = (account: string, check: Check) => (several ? about(account, check) : check);
  let skewMs: number | undefined;
  for (const [index, account] of names.slice(0, MAX_ACCOUNTS).entries()) {
    const { checks, grant, failure, isSecret, ...found } = await checkToken(account, options);
    for (const check of checks) yield named(account, check);
    skewMs ??= found.skewMs;
    if (grant !== undefined) {
      yield named(account, await checkBalance(grant.value, isSecret, options));
      continue;
    }
    for (const check of skipped(['lifetime', 'balance'], 'there is no token')) yield named(account, check);
    const left = names.length - index - 1;
    if (left === 0 || failure === undefined || !concernsAllAccounts(failure)) continue;
    yield skip('token', `${left} more account${left === 1 ? '' : 's'}: the same would happen to each`);
    yield checkClock(skewMs);
    return;
  }
  const beyond = names.length - MAX_ACCOUNTS;
  if (beyond > 0) yield skip('token', `${beyond} more accounts: name those to check with --account`);
  yield checkClock(skewMs);
}

function* skipped(names: readonly CheckName[], because: string): Generator<Check> {
  for (const name of names) yield skip(name, because);
}
