import { parseArgs } from 'node:util';
import { parseProblem, usageError } from '../cli-error.js';

const FLAGS = {
  account: { type: 'string', multiple: true, default: [] as string[] },
  'env-file': { type: 'string' },
  timeout: { type: 'string', default: '5000' },
  json: { type: 'boolean', default: false },
} as const;

export const DOCTOR_HELP = `Usage: nestjs-conta-simples-auth doctor [options]

Checks, step by step: the settings, the name of the API, the proxy and TLS on the way to it, then for each account one
token request and one call (GET /accounts/v1/balance, whose answer is not shown), and the clock of this machine.

It reads the environment and a .env file as ConfigModule does, and not the options that an application gives in code.

Options:
  --account <name>       an account to check; may be repeated        (default: all of them, 20 at most)
  --env-file <path>      a file of variables                         (default: .env here, if there is one)
  --timeout <ms>         how long one step may take, 100 to 120000   (default 5000)
  --json                 one JSON object in place of lines
  -h, --help             this text

Exit code: 0 all is well or only warned of, 1 something failed, 2 called wrongly. Nothing that it prints is secret.
`;

export interface DoctorFlags {
  readonly accounts: readonly string[];
  readonly envFile: string | undefined;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Throws a `CliError` that names the flag. */
export function parseDoctorFlags(argv: string[]): DoctorFlags {
  const flags = readFlags(argv);
  const timeoutMs = /^\d{1,6}$/.test(flags.timeout) ? Number(flags.timeout) : Number.NaN;
  if (!(timeoutMs >= 100 && timeoutMs <= 120_000)) {
    throw usageError(`--timeout must be a whole number from 100 to 120000`);
  }
  return { accounts: [...new Set(flags.account)], envFile: flags['env-file'], timeoutMs, json: flags.json };
}

function readFlags(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw usageError(`${parseProblem(error, 'doctor')}\nSee: nestjs-conta-simples-auth doctor --help`);
  }
}
