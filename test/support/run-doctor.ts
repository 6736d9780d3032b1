import { main } from '../../libs/conta-simples-auth/src/cli/main.js';
import { CanaryScanner } from './canaries.js';
import { Terminal } from './terminal.js';

/** A pair that must not occur in the output of the command. */
export const DOCTOR_PAIR = {
  apiKey: 'canary-key-of-the-doctor',
  apiSecret: 'canary-secret+of/the=doctor&<0123456789>',
};

export interface DoctorRun {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
  /** The line of a check, and what stands below it. */
  line(name: string, account?: string): string;
  /** The names of the checks that came out like this. */
  names(status: 'ok' | 'warn' | 'fail' | 'skip'): string[];
}

export interface DoctorOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  /** Where a `.env` is looked for; by default there is none. */
  readonly directory?: string;
  readonly isTerminal?: boolean;
}

const { apiKey, apiSecret } = DOCTOR_PAIR;
const SECRETS = { key: apiKey, secret: apiSecret, Basic: Buffer.from(`${apiKey}:${apiSecret}`).toString('base64') };

/** The variables of an application with that pair. */
export function doctorEnvironment(baseUrl: string): Record<string, string> {
  return { CONTA_SIMPLES_BASE_URL: baseUrl, CONTA_SIMPLES_API_KEY: apiKey, CONTA_SIMPLES_API_SECRET: apiSecret };
}

/**
 * Runs the command with these variables and no others of ours or of a proxy's. Its output is searched for the pair
 * and for anything that looks like a token.
 */
export async function runDoctor({
  environment = {},
  argv = [],
  directory = '/',
  isTerminal = false,
}: DoctorOptions): Promise<DoctorRun> {
  const terminal = new Terminal();
  terminal.directory = directory;
  terminal.stdout.isTTY = isTerminal;
  // Jest gives each file a copy of the environment: no other test sees this.
  const saved = { ...process.env };
  setEnvironment(environment);
  try {
    await main(['doctor', ...argv], terminal);
  } finally {
    setEnvironment({}, saved);
  }
  const { out, err, exitCode } = terminal;
  const text = out + err;
  new CanaryScanner(SECRETS).expectNone([{ channel: 'the command', text }]);
  if (/eyJ[\w-]{8}/.test(text)) throw new Error('The command printed a token');
  const entries = out.split(/\n(?! )/);
  return {
    out,
    err,
    exitCode,
    line: (name, account) =>
      entries.find((entry) =>
        new RegExp(`^\\w+ +${name} +${account === undefined ? '' : `${account}: `}`).test(entry),
      ) ?? '',
    names: (status) => entries.flatMap((entry) => new RegExp(`^${status} +(\\w+)`).exec(entry)?.[1] ?? []),
  };
}

function setEnvironment(variables: NodeJS.ProcessEnv, saved?: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) {
    if (/^CONTA_SIMPLES_|_proxy$|^NO_COLOR$/i.test(name)) delete process.env[name];
  }
  Object.assign(process.env, saved, variables);
}
