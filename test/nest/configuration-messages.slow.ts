import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService, Module } from '@nestjs/common';
import { ConfigModule, type ConfigModuleOptions } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { rejection } from '@support/busy-api.js';
import {
  ContaSimplesAuthModule,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';

const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
const before = { cwd: process.cwd(), environment: { ...process.env } };
let emulator: ContaSimplesEmulator;
let directory: string;
/** Warnings of the application that started last. */
let warnings: string[];

beforeAll(async () => {
  emulator = await startContaSimplesEmulator();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'settings-'));
  process.chdir(directory);
  warnings = [];
});
afterEach(async () => {
  process.chdir(before.cwd);
  await rm(directory, { recursive: true });
  for (const name of Object.keys(process.env)) if (!(name in before.environment)) delete process.env[name];
  Logger.overrideLogger(false);
});
afterAll(() => emulator.close());

const file = (name: string, content: string | Buffer) => writeFile(join(directory, name), content);
const lines = (variables: Record<string, string>) =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
/** `${NAME}` */
const reference = (name: string) => `\${${name}}`;
const sound = () => ({
  CONTA_SIMPLES_BASE_URL: emulator.baseUrl,
  CONTA_SIMPLES_API_KEY: apiKey,
  CONTA_SIMPLES_API_SECRET: apiSecret,
});

/** Starts an application with these variables, and a ConfigModule if it has options. Resolves with its first token. */
async function start(
  variables: Record<string, string>,
  config?: ConfigModuleOptions,
  options: ContaSimplesModuleOptions = {},
): Promise<string> {
  Object.assign(process.env, variables);
  const imports = [
    ContaSimplesAuthModule.forRoot({ bootstrap: 'lazy', ...options }),
    ...(config ? [ConfigModule.forRoot(config)] : []),
  ];
  @Module({ imports })
  class App {}
  const ignore = () => {};
  const logger: LoggerService = { log: ignore, error: ignore, warn: (line: unknown) => warnings.push(String(line)) };
  const app = await NestFactory.createApplicationContext(App, { logger, abortOnError: false });
  try {
    return await app.get(ContaSimplesTokenService).getAccessToken();
  } finally {
    await app.close();
  }
}

/** The message of the start that fails, which holds none of these values. */
async function messageOf(starting: Promise<unknown>, ...secrets: string[]): Promise<string> {
  const error = await rejection(starting);
  expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
  const { message } = error as Error;
  for (const secret of [apiKey, apiSecret, ...secrets]) expect(message + warnings.join()).not.toContain(secret);
  return message;
}

describe('a .env file that the application does not load', () => {
  it('is named with the line that is missing', async () => {
    await file('.env', lines(sound()));
    const message = await messageOf(start({}));
    expect(message).toMatch(/CONTA_SIMPLES_API_KEY is missing/);
    expect(message).toMatch(
      /\nThe file \.env in the working folder has CONTA_SIMPLES_\w+, CONTA_SIMPLES_\w+, CONTA_SIMPLES_\w+, but the application has not loaded it: import ConfigModule\.forRoot\(\) in the root module, or start it with node --env-file=\.env\.\n/,
    );
  });

  it.each([
    [
      'another name',
      '.env.local',
      {},
      /ConfigModule\.forRoot\(\{ envFilePath: '\.env\.local' \}\).*--env-file=\.env\.local/,
    ],
    ['a ConfigModule that ignores it', '.env', { ignoreEnvFile: true }, /The file \.env in the working folder has/],
    [
      'a ConfigModule that loads another',
      '.env',
      { envFilePath: '.env.none' },
      /The file \.env in the working folder has/,
    ],
  ])('is named: %s', async (_what, name, config, words) => {
    await file(name, lines(sound()));
    expect(await messageOf(start({}, config))).toMatch(words);
  });

  it('is not named where it has nothing that is missing', async () => {
    await file('.env', 'PORT=3000\nCONTA_SIMPLES_API_KEY=\n');
    expect(await messageOf(start({}))).not.toContain('.env in the working folder');
  });

  it('is loaded by ConfigModule.forRoot()', async () => {
    await file('.env', lines(sound()));
    expect(await start({}, {})).toMatch(/^ey/);
    expect(warnings).toEqual([]);
  });

  it('loses to a variable that is set to nothing, which is said', async () => {
    await file('.env', lines(sound()));
    const message = await messageOf(start({ CONTA_SIMPLES_API_KEY: '' }, {}));
    expect(message).toMatch(
      /CONTA_SIMPLES_API_KEY is blank; \.env has a value for it, but the environment sets it to nothing/,
    );
  });
});

describe('a .env file that cannot be read as it was meant', () => {
  const UTF16 = {
    'little endian': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
    'big endian': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    'without a mark': (text: string) => Buffer.from(text, 'utf16le'),
  };

  it.each(Object.entries(UTF16))('is named where it is UTF-16: %s', async (_name, encode) => {
    await file('.env', encode(lines(sound())));
    expect(await messageOf(start({}, {}))).toMatch(/\nThe file \.env is encoded in UTF-16.*save it as UTF-8\.\n/);
  });

  it('may begin with a byte order mark', async () => {
    await file('.env', `\ufeff${lines(sound())}`);
    expect(await start({}, {})).toMatch(/^ey/);
  });

  it('is named where it is Latin-1', async () => {
    await file('.env', Buffer.from(lines({ ...sound(), CONTA_SIMPLES_API_SECRET: 'can\u00e1rio-secreto' }), 'latin1'));
    expect(await messageOf(start({}, {}), 'rio-secreto')).toMatch(
      /CONTA_SIMPLES_API_SECRET was saved in another encoding than UTF-8/,
    );
  });

  it.each([
    ['in the middle', 'canary$ecretvalue', {}],
    ['in braces', `canary${reference('ecret')}value`, {}],
    ['in quotation marks', '"canary$ecret-value"', {}],
    ['in the key', 'canary-key$abc', { variable: 'CONTA_SIMPLES_API_KEY' }],
    ['all of it', '$canarysecret', {}],
    ['in a file of another name', 'canary$ecretvalue', { name: '.env.staging' }],
  ])('is named where expandVariables takes a part of a secret away: %s', async (_what, value, more) => {
    const { variable = 'CONTA_SIMPLES_API_SECRET', name = '.env' } = more as { variable?: string; name?: string };
    await file(name, lines({ ...sound(), [variable]: value }));
    const message = await messageOf(start({}, { expandVariables: true, envFilePath: name }), 'canary', 'value');
    expect(message).toContain(`${variable} has a "$" in ${name}`);
    expect(message).toContain('write "\\$" there');
  });

  it('may refer to variables that are set, and may have its $ escaped', async () => {
    await file('.env', lines({ ...sound(), CONTA_SIMPLES_API_SECRET: reference('VAULT_SECRET'), MORE: '\\$x' }));
    expect(await start({ VAULT_SECRET: apiSecret }, { expandVariables: true })).toMatch(/^ey/);
  });

  it('is a warning where expandVariables puts the value of another variable into a secret', async () => {
    await file('.env', lines({ ...sound(), CONTA_SIMPLES_API_SECRET: 'canary$OTHER' }));
    await rejection(start({ OTHER: 'canary-too' }, { expandVariables: true }));
    expect(warnings).toEqual([expect.stringMatching(/^CONTA_SIMPLES_API_SECRET has a "\$" in \.env: .*write "\\\$"/)]);
    expect(warnings.join()).not.toContain('canary');
  });

  it('may have a $ where nothing is expanded', async () => {
    await file('.env', lines({ ...sound(), CONTA_SIMPLES_API_SECRET: 'canary$ecretvalue' }));
    expect(await rejection(start({}, {}))).toMatchObject({ kind: 'credentials_rejected' });
  });

  it('is a warning where a # cuts a secret', async () => {
    await file('.env', lines({ ...sound(), CONTA_SIMPLES_API_SECRET: 'canary#secret' }));
    await rejection(start({}, {}));
    expect(warnings).toContainEqual(expect.stringMatching(/^CONTA_SIMPLES_API_SECRET has a # in the file \.env/));
    expect(warnings.join()).not.toContain('canary');
  });
});

describe('a character that no key or secret has', () => {
  const CHARACTERS: [string, string, RegExp][] = [
    ['a no-break space at the end', `${apiSecret}\u00a0`, /contains a no-break space \(U\+00A0\)/],
    ['a no-break space inside', 'canary\u00a0secret', /contains a no-break space \(U\+00A0\)/],
    ['a zero-width space', 'canary\u200bsecret', /contains a zero-width character \(U\+200B\)/],
    ['a word joiner', `\u2060${apiSecret}`, /contains a zero-width character \(U\+2060\)/],
    ['a soft hyphen', 'canary\u00adsecret', /contains an invisible character \(U\+00AD\)/],
    ['a direction mark', `${apiSecret}\u202c`, /contains an invisible character \(U\+202C\)/],
    ['typographic quotation marks', `\u201c${apiSecret}\u201d`, /contains a typographic quotation mark \(U\+201C\)/],
    ['a typographic apostrophe', 'canary\u2019secret', /contains a typographic quotation mark \(U\+2019\)/],
    ['a typographic dash', 'canary\u2013secret', /contains a typographic dash \(U\+2013\)/],
    ['a byte order mark', `\ufeff${apiSecret}`, /begins with a byte order mark \(BOM\): save it as UTF-8 without BOM/],
    ['a byte order mark inside', `canary\ufeffsecret`, /contains a byte order mark/],
    ['bytes that are not UTF-8', 'canary\ufffdsecret', /was saved in another encoding than UTF-8/],
    ['a line separator', `${apiSecret}\u2028`, /contains an invisible character \(U\+2028\)/],
    ['an ideographic space', `${apiSecret}\u3000`, /contains a space that is not the usual one \(U\+3000\)/],
    ['a tab', 'canary\tsecret', /contains a control character/],
  ];

  it.each(CHARACTERS)('is named with its variable: %s', async (_name, value, words) => {
    const message = await messageOf(start({ ...sound(), CONTA_SIMPLES_API_SECRET: value }), 'canary');
    expect(message).toMatch(new RegExp(`- CONTA_SIMPLES_API_SECRET ${words.source}`));
  });

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${apiSecret}\r\n`, 'utf16le'), /is encoded in UTF-16: save it as UTF-8/],
    ['UTF-16 without a mark', Buffer.from(apiSecret, 'utf16le'), /is encoded in UTF-16/],
    ['a byte order mark', `\ufeff${apiSecret}\n`, /begins with a byte order mark/],
    ['Latin-1', Buffer.from('can\u00e1rio', 'latin1'), /another encoding than UTF-8/],
    ['two line ends', `${apiSecret}\n\n`, /contains a line break/],
    ['a space', `${apiSecret} \n`, /whitespace at its start or end/],
  ])('is named with the variable of its file: %s', async (_name, content, words) => {
    await file('secret', content);
    const { CONTA_SIMPLES_API_SECRET: _left, ...rest } = sound();
    const message = await messageOf(start({ ...rest, CONTA_SIMPLES_API_SECRET_FILE: join(directory, 'secret') }));
    expect(message).toMatch(new RegExp(`- CONTA_SIMPLES_API_SECRET_FILE .*${words.source}`));
  });

  it.each([
    ['quotation marks', '"secret"', /file that cannot be read \(ENOENT\): the path has quotation marks around it/],
    ['a space', 'secret ', /the path has whitespace at its start or end/],
  ])('in the path of a file is named: %s', async (_name, path, words) => {
    const { CONTA_SIMPLES_API_SECRET: _left, ...rest } = sound();
    expect(await messageOf(start({ ...rest, CONTA_SIMPLES_API_SECRET_FILE: path }))).toMatch(words);
  });

  it.each([
    ['quotation marks', '"https://api.contasimples.com"', /CONTA_SIMPLES_BASE_URL has quotation marks around it/],
    ['a no-break space', 'https://api.contasimples.com\u00a0', /CONTA_SIMPLES_BASE_URL contains a no-break space/],
  ])('in the address is named: %s', async (_name, url, words) => {
    expect(await messageOf(start({ ...sound(), CONTA_SIMPLES_BASE_URL: url }))).toMatch(words);
  });

  it.each(['"sandbox"', ' sandbox', 'Sandbox', 'SANDBOX\r'])('in the environment is hinted at: %j', async (value) => {
    expect(await messageOf(start({ ...sound(), CONTA_SIMPLES_ENVIRONMENT: value }))).toMatch(
      /CONTA_SIMPLES_ENVIRONMENT must be sandbox or production, in small letters, without whitespace or quotation marks/,
    );
  });
});

describe('a value that is seldom meant', () => {
  it.each([
    ['quotation marks', '"canary-secret"', /has quotation marks around it/],
    ['a comment', 'canary-secret # ours', /has " #" in it/],
    ['a written line end', 'canary-secret\\n', /ends with a line break written as \\n/],
    ['a placeholder', reference('CONTA_SIMPLES_API_SECRET'), /looks like a placeholder/],
    ['JSON', '{"apiSecret":"canary"}', /looks like JSON: give the value alone/],
    ['an open quotation mark', '"canary-secret', /has a quotation mark at one end/],
    ['undefined', 'undefined', /looks like a value that failed to arrive/],
    ['a whole line', 'CONTA_SIMPLES_API_SECRET=canary-secret', /begins with the name of a variable/],
  ])('is a warning, and starts: %s', async (_name, value, words) => {
    const error = await rejection(start({ ...sound(), CONTA_SIMPLES_API_SECRET: value }));
    expect(error).toMatchObject({ kind: 'credentials_rejected' });
    expect(warnings).toContainEqual(expect.stringMatching(new RegExp(`^CONTA_SIMPLES_API_SECRET ${words.source}`)));
    expect(warnings.join()).not.toContain('canary');
  });
});

describe('a variable whose name is nearly right', () => {
  it.each([
    ['CONTASIMPLES_API_KEY', 'API_KEY'],
    ['CONTASIMPLES_APIKEY', 'API_KEY'],
    ['CONTA_SIMPLES_KEY', 'API_KEY'],
    ['CONTA_SIMPLES_APIKEY', 'API_KEY'],
    ['CONTA_SIMPLES_CLIENT_ID', 'API_KEY'],
    ['CONTA_SIMPLE_API_KEY', 'API_KEY'],
    ['CONTA_SIMPLES_API_KEI', 'API_KEY'],
    ['CONTA_SIMPELS_API_KEY', 'API_KEY'],
    ['conta_simples_api_key', 'API_KEY'],
    ['contaSimplesApiKey', 'API_KEY'],
    ['CONTA-SIMPLES-API-KEY', 'API_KEY'],
    ['CONTA.SIMPLES.API.KEY', 'API_KEY'],
    ['CONTA_SIMPLES_KEY_API', 'API_KEY'],
    ['CS_API_KEY', 'API_KEY'],
    ['CS_KEY', 'API_KEY'],
    ['VITE_CONTA_SIMPLES_API_KEY', 'API_KEY'],
    ['CONTA_SIMPLES_SANDBOX_API_KEY', 'API_KEY'],
    ['CONTA_SIMPLES_API_KEYFILE', 'API_KEY'],
    ['CONTA_SIMPLES_SECRET', 'API_SECRET'],
    ['CONTASIMPLES_SECRET', 'API_SECRET'],
    ['CONTASIMPLES_API_SECRET', 'API_SECRET'],
    ['CONTA_SIMPLES_CLIENT_SECRET', 'API_SECRET'],
    ['CONTA_SIMPLES_SECRET_KEY', 'API_SECRET'],
    ['CONTA_SIMPLES_API_SECERT', 'API_SECRET'],
    ['CONTA_SIMPLES_SENHA', 'API_SECRET'],
    ['CS_API_SECRET', 'API_SECRET'],
  ])('is named: %s', async (name, half) => {
    const { [`CONTA_SIMPLES_${half}`]: value, ...rest } = sound() as Record<string, string>;
    const message = await messageOf(start({ ...rest, [name]: value ?? '' }));
    expect(message).toMatch(
      new RegExp(
        `- CONTA_SIMPLES_${half} is missing[^\n]*; ${name.replaceAll('.', '\\.')} is set: rename it if it is meant`,
      ),
    );
    expect(message).toContain('one setting is');
  });

  it.each(['CONTA_SIMPLES_ENV', 'CONTASIMPLES_ENVIRONMENT', 'CONTA_SIMPLES_ENVIROMENT', 'CONTA_SIMPLES_AMBIENTE'])(
    'is named where the environment is missing: %s',
    async (name) => {
      const { CONTA_SIMPLES_BASE_URL: _left, ...rest } = sound();
      expect(await messageOf(start({ ...rest, [name]: 'sandbox' }))).toMatch(
        new RegExp(`CONTA_SIMPLES_ENVIRONMENT is missing.*; ${name} is set`),
      );
    },
  );

  it('has its invisible characters written out', async () => {
    const { CONTA_SIMPLES_API_KEY: _left, ...rest } = sound();
    expect(await messageOf(start({ ...rest, '\ufeffCONTA_SIMPLES_API_KEY': apiKey }))).toContain(
      '; \\ufeffCONTA_SIMPLES_API_KEY is set',
    );
  });

  it.each([
    'CONTA_SIMPLES_MATRIX_API_KEY',
    'CONTA_SIMPLES_API_KEY_MATRIZ',
    'CONTASIMPLES_MATRIZ_API_KEY',
    'CONTA_SIMPLES_MATRIZ_KEY',
    'CONTA_SIMPLES_MATRIZ_APIKEY',
    'conta_simples_matriz_api_key',
    'CS_MATRIZ_API_KEY',
  ])('is named for an account: %s', async (name) => {
    const variables = { ...sound(), CONTA_SIMPLES_ACCOUNTS: 'matriz', CONTA_SIMPLES_MATRIZ_API_SECRET: apiSecret };
    expect(await messageOf(start({ ...variables, [name]: apiKey }))).toMatch(
      new RegExp(`- CONTA_SIMPLES_MATRIZ_API_KEY is missing: .*; ${name} is set`),
    );
  });

  it('is not one that is read, is set to nothing, or is about something else', async () => {
    const others = { CONTA_SIMPLES_KEY: '', CONTA_SIMPLES_WEBHOOK_SECRET: 'x', STRIPE_API_KEY: 'x', API_KEY: 'x' };
    const { CONTA_SIMPLES_API_KEY: _left, ...rest } = sound();
    const message = await messageOf(start({ ...rest, ...others }));
    expect(message).not.toContain('is set: rename');
  });

  it.each([
    [
      'CONTA_SIMPLES_BASEURL',
      /^CONTA_SIMPLES_BASEURL is set and not read: rename it if CONTA_SIMPLES_BASE_URL is meant/,
    ],
    ['CONTASIMPLES_USER_AGENT', /^CONTASIMPLES_USER_AGENT is set and not read/],
    [
      'CONTA_SIMPLES_ACCOUNT',
      /^CONTA_SIMPLES_ACCOUNT is set and not read: rename it if CONTA_SIMPLES_ACCOUNTS is meant/,
    ],
    ['CONTA_SIMPLES_MATRIZ_API_KEY', /CONTA_SIMPLES_ACCOUNTS does not list its account/],
  ])('is a warning where nothing is missing: %s', async (name, words) => {
    const { CONTA_SIMPLES_BASE_URL: baseUrl, ...rest } = sound();
    const withUrl: Record<string, string> =
      name === 'CONTA_SIMPLES_BASEURL' ? { CONTA_SIMPLES_ENVIRONMENT: 'sandbox' } : { CONTA_SIMPLES_BASE_URL: baseUrl };
    // An address that no token request can reach: nothing leaves this machine.
    const started = start({ ...rest, ...withUrl, [name]: 'x', HTTPS_PROXY: 'http://127.0.0.1:9' });
    await started.catch(() => {});
    expect(warnings).toContainEqual(expect.stringMatching(words));
  });

  it('is no warning where the application reads it itself, and gives the pair in code', async () => {
    await start({ CONTA_SIMPLES_MATRIZ_API_KEY: apiKey, CONTASIMPLES_BASE_URL: emulator.baseUrl }, undefined, {
      ...EMULATOR_CREDENTIALS,
      baseUrl: emulator.baseUrl,
    });
    expect(warnings).toEqual([]);
  });

  it('is no warning where all is right', async () => {
    await start({ ...sound(), CONTA_SIMPLES_WEBHOOK_SECRET: 'x' });
    expect(warnings).toEqual([]);
  });
});
