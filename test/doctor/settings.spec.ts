import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DOCTOR_PAIR, doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const { apiKey, apiSecret } = DOCTOR_PAIR;
let emulator: ContaSimplesEmulator;
let directory: string;

beforeAll(async () => {
  emulator = await startContaSimplesEmulator({ accounts: [{ name: 'default', ...DOCTOR_PAIR }] });
});
beforeEach(async () => {
  emulator.resetCounts();
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
});
afterEach(() => rm(directory, { recursive: true }));
afterAll(() => emulator.close());

/** Writes a file into the test's own directory and returns its path. */
async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const environment = () => doctorEnvironment(emulator.baseUrl);
const envText = () =>
  Object.entries(environment())
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');

describe('settings that are missing or wrong', () => {
  it('are reported together with what to do, and nothing is sent', async () => {
    const { out, err, exitCode, names } = await runDoctor({
      environment: {
        CONTA_SIMPLES_ENVIRONMENT: 'staging',
        CONTA_SIMPLES_API_KEY: ` ${apiKey}`,
        CONTA_SIMPLES_API_SECRET: `${apiSecret}\n`,
        CONTA_SIMPLES_ACCOUNTS: 'matriz',
        CONTA_SIMPLES_MATRIZ_API_KEY_FILE: '/nowhere/api-key',
      },
    });
    expect(out).toMatch(
      /^fail +settings +CONTA_SIMPLES_ENVIRONMENT must be sandbox or production .*\n +> Set it to sandbox/m,
    );
    expect(out).toMatch(
      /^fail +settings +CONTA_SIMPLES_API_KEY has whitespace at its start or end\n +> Set it again without/m,
    );
    expect(out).toMatch(
      /^fail +settings +CONTA_SIMPLES_API_SECRET contains a line break\n +> .*printf %s in place of echo/m,
    );
    expect(out).toMatch(
      /^fail +settings +CONTA_SIMPLES_MATRIZ_API_KEY_FILE names a file that cannot be read \(ENOENT\)\n +> .*mounted/m,
    );
    expect(out).toMatch(
      /^fail +settings +CONTA_SIMPLES_MATRIZ_API_SECRET is missing: .* is set\n +> Set it in the environment/m,
    );
    expect(out).not.toMatch(/Values are not shown|Correct these settings/);
    expect(names('skip')).toEqual(['name', 'tls', 'token', 'lifetime', 'balance', 'clock']);
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 1 });
  });

  it.each([
    ['nothing at all', {}, /CONTA_SIMPLES_ENVIRONMENT is missing.*there is no \.env here/],
    [
      'plain http to elsewhere',
      { ...doctorEnvironment('http://api.example.com') },
      /must be https.*\n.*never sent over plain http/,
    ],
    [
      'an address that is none',
      { ...doctorEnvironment('api.example.com') },
      /_BASE_URL is not an absolute URL.*\n.*Set only the address/,
    ],
    [
      'two sources',
      { ...doctorEnvironment('https://x.invalid'), CONTA_SIMPLES_API_KEY_FILE: '/x' },
      /is set together with.*\n.*Unset one/,
    ],
  ])('are reported: %s', async (_name, variables, words) => {
    const { out, exitCode } = await runDoctor({ environment: variables });
    expect(out).toMatch(words);
    expect(exitCode).toBe(1);
  });
});

describe('a .env file', () => {
  it('in the working directory is read as ConfigModule reads it, quotes and all', async () => {
    await file('.env', envText());
    const { line, exitCode } = await runDoctor({ directory });
    expect(line('settings')).toMatch(
      /^ok .*account default; from the environment and \.env \(3 CONTA_SIMPLES_ variables\)/,
    );
    expect(exitCode).toBe(0);
    expect(emulator.counts.token.total).toBe(1);
  });

  it('loses to the environment', async () => {
    await file('.env', envText());
    const closed = { CONTA_SIMPLES_BASE_URL: 'https://nowhere.invalid' };
    const { line } = await runDoctor({ directory, environment: closed });
    expect(line('settings')).toMatch(/https:\/\/nowhere\.invalid.*\(2 CONTA_SIMPLES_ variables\)/);
    expect(emulator.counts.token.total).toBe(0);
  });

  it('of another name is read where it is named', async () => {
    await file('.env.staging', envText());
    const { line, exitCode } = await runDoctor({ directory, argv: ['--env-file', '.env.staging'] });
    expect(line('settings')).toMatch(/and \.env\.staging \(3 CONTA_SIMPLES_ variables/);
    expect(exitCode).toBe(0);
  });

  it('that is named and not there is a wrong call', async () => {
    const { out, err, exitCode } = await runDoctor({ directory, argv: ['--env-file', 'none.env'] });
    expect(err).toMatch(/--env-file names a file that cannot be read \(ENOENT\)/);
    expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
  });

  it('that cuts a secret at its # is a warning', async () => {
    const variables = { ...environment(), CONTA_SIMPLES_API_SECRET: 'first-part#second-part' };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    await file('.env', lines.join(''));
    const { out } = await runDoctor({ directory });
    expect(out).toMatch(
      /^warn +settings +CONTA_SIMPLES_API_SECRET has a # in the file.*\n +> Put the value in quotes/m,
    );
    expect(out).not.toMatch(/first-part|second-part/);
  });

  it('with a comment behind a value is no warning', async () => {
    await file('.env', `${envText()}CONTA_SIMPLES_USER_AGENT=my-app/1.0.0 # ours\n`);
    expect((await runDoctor({ directory })).names('warn')).toEqual([]);
  });
});

describe('the likely cause of a missing setting', () => {
  it('is reported: a variable with a similar name', async () => {
    const { CONTA_SIMPLES_API_KEY: _left, ...rest } = environment();
    const { out, exitCode } = await runDoctor({ environment: { ...rest, CONTASIMPLES_API_KEY: apiKey } });
    delete process.env.CONTASIMPLES_API_KEY;
    expect(out).toMatch(/^fail +settings +CONTA_SIMPLES_API_KEY is missing.*; CONTASIMPLES_API_KEY is set: rename it/m);
    expect(exitCode).toBe(1);
  });

  it('is reported: a .env file in UTF-16', async () => {
    await writeFile(join(directory, '.env'), Buffer.from(`\ufeff${envText()}`, 'utf16le'));
    const { out, exitCode } = await runDoctor({ directory });
    expect(out).toMatch(/^fail +settings +The file \S*\.env is encoded in UTF-16.*: save it as UTF-8/m);
    expect(exitCode).toBe(1);
  });

  it('is reported: how an application loads the file that the doctor loads', async () => {
    await file('.env.staging', envText());
    const { line } = await runDoctor({ directory, argv: ['--env-file', '.env.staging'] });
    expect(line('settings')).toMatch(
      /\n +> The application reads \.env\.staging only if it imports ConfigModule\.forRoot\(\{ envFilePath: '\.env\.staging' \}\), or .*node --env-file=\.env\.staging\./,
    );
    expect((await runDoctor({ directory: '/', environment: environment() })).line('settings')).not.toContain(
      'ConfigModule',
    );
  });

  it('is reported: a $ that expandVariables would read as a variable', async () => {
    await file('.env', envText().replace(apiSecret, 'first$ecret-part'));
    const { out } = await runDoctor({ directory });
    expect(out).toMatch(/^warn +settings +CONTA_SIMPLES_API_SECRET has a \$ in the file: .*`expandVariables`/m);
    expect(out).not.toContain('ecret-part');
  });
});

describe('a pair in files', () => {
  it('is read from them, with the line end of an editor taken off', async () => {
    const { CONTA_SIMPLES_BASE_URL } = environment();
    const { exitCode } = await runDoctor({
      environment: {
        CONTA_SIMPLES_BASE_URL: CONTA_SIMPLES_BASE_URL ?? '',
        CONTA_SIMPLES_API_KEY_FILE: await file('key', `${apiKey}\n`),
        CONTA_SIMPLES_API_SECRET_FILE: await file('secret', `${apiSecret}\r\n`),
      },
    });
    expect(exitCode).toBe(0);
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
  });
});

describe('settings that are rarely intended', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'quotation marks',
      { CONTA_SIMPLES_API_SECRET: `"${apiSecret}"` },
      /CONTA_SIMPLES_API_SECRET has quotation marks.*\n.*docker/,
    ],
    [
      'a switch that turns TLS checks off',
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      /still checks certificates\n.*> Unset it/,
    ],
  ])('are a warning: %s', async (_name, variables, words) => {
    const { out } = await runDoctor({ environment: { ...environment(), ...variables } });
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    expect(out).toMatch(words);
  });

  it('are a warning: the address of the other environment', async () => {
    // A proxy that is none keeps the test from the real service.
    const { out } = await runDoctor({
      environment: {
        ...doctorEnvironment('https://api-sandbox.contasimples.com'),
        CONTA_SIMPLES_ENVIRONMENT: 'production',
        HTTPS_PROXY: 'http://',
      },
    });
    expect(out).toMatch(/^warn +settings +CONTA_SIMPLES_ENVIRONMENT says production, .* is the address of sandbox/m);
    expect(out).toMatch(/^fail +proxy +HTTPS_PROXY is not the address of an HTTP proxy/m);
  });
});

describe('the command', () => {
  it('shows what it can do', async () => {
    const { out, exitCode } = await runDoctor({ argv: ['--help'] });
    expect(out).toMatch(/--env-file <path>[\s\S]*--json[\s\S]*Exit code: 0/);
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--acount', 'matriz'], /Unknown option '--acount'/],
    [['--timeout', '5'], /--timeout must be a whole number from 100 to 120000/],
    [['--timeout', '1e3'], /--timeout must be a whole number/],
    [[apiSecret], /doctor takes only options/],
  ])('called with %j exits with 2 and says why', async (argv, words) => {
    const { out, err, exitCode } = await runDoctor({ environment: environment(), argv });
    expect(err).toMatch(words);
    expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
    expect(emulator.counts.token.total).toBe(0);
  });

  it.each<[string, { isTerminal?: boolean; environment?: Record<string, string> }, boolean]>([
    ['on a terminal', { isTerminal: true }, true],
    ['into a pipe', {}, false],
    ['on a terminal with NO_COLOR', { isTerminal: true, environment: { NO_COLOR: '1' } }, false],
  ])('has colours only where they are welcome: %s', async (_name, { isTerminal, environment: more }, expected) => {
    const { out } = await runDoctor({ environment: { ...environment(), TERM: 'xterm', ...more }, isTerminal });
    expect(out.includes('\u001b[32mok')).toBe(expected);
    expect(out.includes('\u001b')).toBe(expected);
  });
});
