import { errorCode } from '../support/error-code.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../testing/emulator/emulator.js';
import type { ContaSimplesEmulatorOptions } from '../testing/emulator/emulator-options.js';
import type { RequestRecord } from '../testing/emulator/requests/request-record.js';
import { type CliCommand, CliError, type CliIo, readFlags, shownCode, usageError } from './command.js';

const FLAGS = {
  port: { type: 'string', default: '4010' },
  host: { type: 'string', default: '127.0.0.1' },
  'token-ttl': { type: 'string', default: '1800' },
  latency: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  'rate-limit': { type: 'string' },
  'control-host': { type: 'string', multiple: true, default: [] as string[] },
  'single-token': { type: 'boolean', default: false },
} as const;

const EMULATOR_HELP = `Usage: nestjs-conta-simples-auth emulator [options]

Runs an emulator of the Conta Simples API: the token endpoint, card statement, balance and attachments,
with made-up data and a made-up credential pair.

Options:
  --port <number>        port to listen on, 0 for any free one       (default 4010)
  --host <address>       address to listen on                        (default 127.0.0.1)
  --token-ttl <seconds>  lifetime of a token                         (default 1800)
  --latency <ms>         delay of every answer                       (default 0)
  --seed <text>          the same seed gives the same data           (default 1)
  --rate-limit <number>  calls a minute from one address, then 429   (default: no limit; the service has 100)
  --control-host <name>  another host name that /__emulator/ accepts, also from other machines; repeatable
  --single-token         a new token revokes the older one
  -h, --help             this text

While it runs, faults are scripted over HTTP, for example two failures of the token endpoint:
  curl http://127.0.0.1:4010/__emulator/faults --json '{"target":"token","fault":{"status":503},"times":2}'
Others: GET counts, GET requests, DELETE faults, POST revoke, rotate, token-ttl, latency. They accept localhost and
the address listened on; in a container add its name: --host 0.0.0.0 --control-host emulator
`;

export const emulatorCommand: CliCommand = {
  help: EMULATOR_HELP,

  async run(argv, io) {
    const options = parseEmulatorFlags(argv);
    // Before the start, so that a signal during it is not lost.
    const stopped = stopSignal(io);
    try {
      const emulator = await start(options);
      io.stdout.write(startText(emulator));
      emulator.on('response', (record) => io.stdout.write(requestLine(record)));
      await stopped.promise;
      await emulator.close();
    } finally {
      stopped.dispose();
    }
    io.setExitCode(0);
  },
};

async function start(options: ContaSimplesEmulatorOptions): Promise<ContaSimplesEmulator> {
  try {
    return await startContaSimplesEmulator(options);
  } catch (error) {
    throw new CliError(startProblem(error, options), 1);
  }
}

function startProblem(error: unknown, { host, port }: ContaSimplesEmulatorOptions): string {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use: stop the program that uses it, or choose another with --port (0 takes any free one)`;
    case 'EACCES':
      return `port ${port} of ${host} is not allowed for this user: choose one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return '--host is not an address of this machine: choose another';
    default:
      return `the emulator could not start (${shownCode(error)})`;
  }
}

/**
 * Resolves at the first SIGINT or SIGTERM, or when the output is closed. The listeners are removed then, so a second
 * signal ends the process at once.
 */
function stopSignal({ signals, outputClosed }: CliIo): { readonly promise: Promise<void>; dispose(): void } {
  let stop = () => {};
  const promise = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onSignal = () => {
    dispose();
    stop();
  };
  const dispose = () => {
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
    outputClosed.removeEventListener('abort', onSignal);
  };
  signals.once('SIGINT', onSignal);
  signals.once('SIGTERM', onSignal);
  outputClosed.addEventListener('abort', onSignal, { once: true });
  if (outputClosed.aborted) onSignal();
  return { promise, dispose };
}

/** The settings to copy. The credentials are made up and public. */
function startText({ baseUrl, accounts, tokenTtlSeconds }: ContaSimplesEmulator): string {
  const [account] = accounts;
  if (account === undefined) {
    return `Conta Simples emulator on ${baseUrl}, without any account\n`;
  }
  return `Conta Simples emulator on ${baseUrl}, tokens are valid for ${tokenTtlSeconds} s. Press Ctrl+C to stop.

CONTA_SIMPLES_BASE_URL=${baseUrl}
CONTA_SIMPLES_API_KEY=${account.apiKey}
CONTA_SIMPLES_API_SECRET=${account.apiSecret}

curl -u ${account.apiKey}:${account.apiSecret} -d grant_type=client_credentials ${baseUrl}/oauth/v1/access-token

`;
}

/** One line per request, e.g. `POST /oauth/v1/access-token 200 12 ms`. */
export function requestLine({ method, path, status, durationMs, faulted }: RequestRecord): string {
  const took = `${Math.round(durationMs ?? 0)} ms`;
  return `${method} ${redactPath(path)} ${status ?? 'no answer'} ${took}${faulted ? ' (scripted fault)' : ''}\n`;
}

/** The path comes from the client: removes control characters, and tokens that were put there by mistake. */
function redactPath(path: string): string {
  return path
    .replace(/eyJ[\w-]+\.[\w-]*\.?[\w-]*/g, '[token]')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
}

/** Converts the flags to options. Throws a `CliError` that names the flag. */
function parseEmulatorFlags(argv: string[]): ContaSimplesEmulatorOptions {
  const flags = readFlags(argv, FLAGS, 'emulator');
  const rateLimit = flags['rate-limit'];
  return {
    host: flags.host,
    port: wholeNumber(flags.port, '--port', 0, 65_535),
    tokenTtlSeconds: wholeNumber(flags['token-ttl'], '--token-ttl', 1, 31_536_000),
    latencyMs: wholeNumber(flags.latency, '--latency', 0, 600_000),
    seed: flags.seed,
    rateLimitPerMinute: rateLimit === undefined ? undefined : wholeNumber(rateLimit, '--rate-limit', 1, 1_000_000),
    singleTokenPerAccount: flags['single-token'],
    controlHosts: flags['control-host'].map(toHostName),
  };
}

function toHostName(text: string): string {
  if (!/^[\w.-]+$/.test(text)) throw usageError('--control-host must be a host name without scheme and port');
  return text;
}

function wholeNumber(text: string, flag: string, from: number, to: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= from && value <= to)) {
    throw usageError(`${flag} must be a whole number from ${from} to ${to}`);
  }
  return value;
}
