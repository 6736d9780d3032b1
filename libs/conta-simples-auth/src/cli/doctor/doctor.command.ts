import type { CliCommand } from '../cli-command.js';
import type { Check } from './check.js';
import { DOCTOR_HELP, parseDoctorFlags } from './doctor-flags.js';
import { loadEnvFile } from './env-file.js';
import { examine } from './examine.js';
import { summaryOf, textOf } from './text-report.js';

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
