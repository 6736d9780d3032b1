import { parseArgs } from 'node:util';
import type { ContaSimplesEmulatorOptions } from '../testing/emulator/emulator-options.js';
import { parseProblem, usageError } from './cli-error.js';

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

export const EMULATOR_HELP = `Usage: nestjs-conta-simples-auth emulator [options]

Runs an emulator of the Conta Simples API: the token endpoint, card statement, balance and attachments,
with made-up data and a made-up credential pair.

Options:
  --port <number>        port to listen on, 0 for any free one       (default 4010)
  --host <address>       address to listen on                        (default 127.0.0.1)
  --token-ttl <seconds>  life of a token                             (default 1800)
  --latency <ms>         delay of every answer                       (default 0)
  --seed <text>          the same seed gives the same data           (default 1)
  --rate-limit <number>  calls a minute from one address, then 429   (default: no limit; the service has 100)
  --control-host <name>  further name that /__emulator/ may be called by, from other machines too; repeatable
  --single-token         a new token kills the older one at once
  -h, --help             this text

While it runs, faults are scripted over HTTP, for example two failures of the token endpoint:
  curl http://127.0.0.1:4010/__emulator/faults --json '{"target":"token","fault":{"status":503},"times":2}'
Others: GET counts, GET requests, DELETE faults, POST revoke, rotate, token-ttl, latency. They answer to localhost and
the address listened on; in a container list its name: --host 0.0.0.0 --control-host emulator
`;

/** The options that the flags stand for. Throws a `CliError` that names the flag. */
export function parseEmulatorFlags(argv: string[]): ContaSimplesEmulatorOptions {
  const flags = readFlags(argv);
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

function readFlags(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw usageError(`${parseProblem(error, 'emulator')}\nSee: nestjs-conta-simples-auth emulator --help`);
  }
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
