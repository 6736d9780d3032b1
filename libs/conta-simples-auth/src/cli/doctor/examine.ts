import { FAILURE_KINDS, type TokenFailureKind } from '../../model/failure-kinds.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from '../../options/options.js';
import { usageError } from '../command.js';
import { checkBalance } from './balance-check.js';
import { about, type Check, type CheckName, fail, skip, warn } from './report.js';
import { routeTo } from './route.js';
import { checkConnection, checkName } from './route-check.js';
import { checkSettings, type LoadedEnvFile } from './settings-check.js';
import { checkClock, checkToken } from './token-check.js';

interface Examination {
  readonly envFile: LoadedEnvFile | undefined;
  /** The working directory; paths are shown relative to it. */
  readonly directory: string;
  /** The accounts to check; empty for all. */
  readonly accounts: readonly string[];
  /** Options as an application would set them; they win over variables. */
  readonly given: ContaSimplesAuthOptions;
}

/** Each account costs two calls; the API allows 100 a minute. */
const MAX_ACCOUNTS = 20;

/** Runs all checks in order and yields each result at once. Checks that depend on a failed one are skipped, with the reason. */
export async function* examine({ envFile, directory, accounts, given }: Examination): AsyncGenerator<Check> {
  const { checks, options } = checkSettings(given, envFile, directory);
  yield* checks;
  if (options === undefined) {
    yield* skipped(['name', 'tls', 'token', 'lifetime', 'balance', 'clock'], 'correct the settings first');
    return;
  }
  const names = chosen(accounts, options);
  const route = routeTo(options.baseUrl, process.env);
  if (route.invalidProxy !== undefined) {
    const remedy = `Set ${route.invalidProxy} to http://host:port, or unset it.`;
    yield fail('proxy', `${route.invalidProxy} is not the address of an HTTP proxy`, remedy);
    yield* skipped(['name', 'tls', 'token', 'lifetime', 'balance', 'clock'], 'the proxy address is invalid');
    return;
  }
  const name = await checkName(route, options.requestTimeoutMs);
  yield name;
  if (name.status === 'fail') {
    yield* skipped(['tls', 'token', 'lifetime', 'balance', 'clock'], 'the host name was not resolved');
    return;
  }
  for await (const check of checkConnection(route, options)) {
    yield check;
    if (check.name === 'proxy' && check.status === 'ok') yield* warnOfFetch(route);
    if (check.status !== 'fail') continue;
    if (check.name === 'proxy') yield skip('tls', 'the proxy did not open a tunnel');
    yield* skipped(
      ['token', 'lifetime', 'balance', 'clock'],
      'the connection is not trusted, so no credentials were sent',
    );
    return;
  }
  yield* checkAccounts(names, options);
}

/** Node's `fetch` uses the proxy of the environment only if Node is started with this setting. */
function* warnOfFetch({ proxy }: ReturnType<typeof routeTo>): Generator<Check> {
  const isEnabled = process.env.NODE_USE_ENV_PROXY === '1' || process.execArgv.includes('--use-env-proxy');
  if (proxy === undefined || isEnabled) return;
  const message = `tokens.fetch() does not use the proxy of ${proxy.variable}: Node's fetch ignores this variable`;
  yield warn(
    'proxy',
    message,
    'If the application calls it, pass a dispatcher (EnvHttpProxyAgent of undici), or start Node 24 with NODE_USE_ENV_PROXY=1.',
  );
}

/** @throws CliError if a name is not configured */
function chosen(wanted: readonly string[], { accounts }: ResolvedOptions): readonly string[] {
  const unknown = wanted.filter((name) => !accounts.has(name)).length;
  if (unknown > 0) {
    // The names are not repeated: one may be a secret that was pasted by mistake.
    const which =
      wanted.length === 1
        ? 'the given name is'
        : `${unknown} of the ${wanted.length} given names ${unknown === 1 ? 'is' : 'are'}`;
    const known = [...accounts.keys()].slice(0, MAX_ACCOUNTS).join(', ');
    throw usageError(`--account: ${which} not configured; configured: ${known}`);
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
    yield skip('token', `${left} more account${left === 1 ? '' : 's'} not checked: the same failure is expected`);
    yield checkClock(skewMs);
    return;
  }
  const beyond = names.length - MAX_ACCOUNTS;
  if (beyond > 0) yield skip('token', `${beyond} more accounts not checked: select accounts with --account`);
  yield checkClock(skewMs);
}

function* skipped(names: readonly CheckName[], because: string): Generator<Check> {
  for (const name of names) yield skip(name, because);
}
