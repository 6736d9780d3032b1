import { parseArgs } from 'node:util';
import { type CliCommand, parseProblem, usageError } from '../command.js';
import { examine } from './examine.js';
import { type Check, summaryOf, textOf } from './report.js';
import { loadEnvFile } from './settings-check.js';

const FLAGS = {
  account: { type: 'string', multiple: true, default: [] as string[] },
  'env-file': { type: 'string' },
  timeout: { type: 'string', default: '5000' },
  json: { type: 'boolean', default: false },
} as const;

const DOCTOR_HELP = `Usage: nestjs-conta-simples-auth doctor [options]

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

export const doctorCommand: CliCommand = {
  help: DOCTOR_HELP,

  async run(argv, io) {
    const { accounts, envFile: named, timeoutMs, json } = parseDoctorFlags(argv);
    const directory = io.cwd();
    const envFile = await loadEnvFile(named, directory);
    const colors = io.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
    const checks: Check[] = [];
    const given = { requestTimeoutMs: timeoutMs };
    for await (const check of examine({ envFile, directory, accounts, given })) {
      checks.push(check);
      if (!json) io.stdout.write(textOf(check, colors));
    }
    const failed = checks.some(({ status }) => status === 'fail');
    io.stdout.write(json ? `${JSON.stringify({ ok: !failed, checks })}\n` : summaryOf(checks));
    io.setExitCode(failed ? 1 : 0);
  },
};

interface DoctorFlags {
  readonly accounts: readonly string[];
  readonly envFile: string | undefined;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Throws a `CliError` that names the flag. */
function parseDoctorFlags(argv: string[]): DoctorFlags {
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
