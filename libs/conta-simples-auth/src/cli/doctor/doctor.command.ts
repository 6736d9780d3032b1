import { type CliCommand, readFlags, usageError } from '../command.js';
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

Checks in this order: settings, host name, proxy, TLS, then for each account one token request and one call
(GET /accounts/v1/balance; the balance is not shown), and last the clock of this machine.

Reads the environment and a .env file as ConfigModule does. It does not see options that an application sets in code.

Options:
  --account <name>       an account to check; may be repeated        (default: all accounts, at most 20)
  --env-file <path>      a file of variables                         (default: .env here, if it exists)
  --timeout <ms>         time limit of each step, 100 to 120000      (default 5000)
  --json                 one JSON object instead of lines
  -h, --help             this text

Exit code: 0 no check failed, 1 a check failed, 2 wrong usage. The output contains no secrets.
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
  const flags = readFlags(argv, FLAGS, 'doctor');
  const timeoutMs = /^\d{1,6}$/.test(flags.timeout) ? Number(flags.timeout) : Number.NaN;
  if (!(timeoutMs >= 100 && timeoutMs <= 120_000)) {
    throw usageError(`--timeout must be a whole number from 100 to 120000`);
  }
  return { accounts: [...new Set(flags.account)], envFile: flags['env-file'], timeoutMs, json: flags.json };
}
