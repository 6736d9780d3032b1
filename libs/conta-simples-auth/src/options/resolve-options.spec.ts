import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { selfSigned } from '@support/self-signed.js';
import type { ContaSimplesAuthError } from '../model/auth-error.js';
import { VERSION } from '../model/version.js';
import type { ContaSimplesAuthOptions, ResolvedOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';

type Variables = Record<string, string>;

const PAIR = { apiKey: 'canary-code-key', apiSecret: 'canary-code-secret' };
const SOUND = { environment: 'sandbox', ...PAIR } as const;
const ENV = {
  CONTA_SIMPLES_ENVIRONMENT: 'sandbox',
  CONTA_SIMPLES_API_KEY: 'canary-env-key',
  CONTA_SIMPLES_API_SECRET: 'canary-env-secret',
};

/** Agents of other packages descend from the one of node:http. */
class OtherAgent extends HttpAgent {}

/** Options as a program without types would give them. */
const resolve = (options: unknown, variables: Variables = {}): ResolvedOptions =>
  resolveOptions(options as ContaSimplesAuthOptions, (name) =>
    Object.hasOwn(variables, name) ? variables[name] : undefined,
  );

function refusal(options: unknown, variables: Variables = {}): ContaSimplesAuthError {
  try {
    resolve(options, variables);
  } catch (error) {
    return error as ContaSimplesAuthError;
  }
  throw new Error('It was not refused');
}

/** The settings that the message names, in its order. */
const named = (options: unknown, variables?: Variables) =>
  [...refusal(options, variables).message.matchAll(/^ {2}- (CONTA_SIMPLES_\w+|options(?= must)|option [^ ]+)/gm)].map(
    ([, name]) => name,
  );

const pairOf = async (resolved: ResolvedOptions, account = 'default') => resolved.accounts.get(account)?.();

describe('defaults', () => {
  it('are those of the documentation', () => {
    expect(resolve(SOUND)).toMatchObject({
      environment: 'sandbox',
      baseUrl: 'https://api-sandbox.contasimples.com',
      origins: new Set(['https://api-sandbox.contasimples.com']),
      userAgent: `nestjs-conta-simples-auth/${VERSION}`,
      refreshAt: 0.9,
      requestTimeoutMs: 5_000,
      waitTimeoutMs: 10_000,
      bootstrap: 'background',
      clientAuthEncoding: 'plain',
      allowMissingTokenType: false,
      isOpen: false,
    });
  });

  it('leave the proxy to the environment', () => {
    expect(resolve(SOUND).transport()).toEqual({ proxy: undefined, tls: undefined, httpsAgent: undefined });
  });

  it('do not reach production unasked', () => {
    expect(named(PAIR)).toEqual(['CONTA_SIMPLES_ENVIRONMENT']);
  });
});

describe('what code leaves out', () => {
  it.each([undefined, {}, { environment: undefined, apiKey: undefined, accounts: undefined }])(
    'comes from the environment: %p',
    async (options) => {
      const resolved = resolve(options, { ...ENV, CONTA_SIMPLES_USER_AGENT: 'env-app/1' });
      expect(resolved).toMatchObject({ environment: 'sandbox', userAgent: 'env-app/1' });
      expect(await pairOf(resolved)).toEqual({ apiKey: 'canary-env-key', apiSecret: 'canary-env-secret' });
    },
  );

  it('and only that: code wins', async () => {
    const variables = {
      ...ENV,
      CONTA_SIMPLES_USER_AGENT: 'env-app/1',
      CONTA_SIMPLES_BASE_URL: 'https://env.example.com',
    };
    const options = {
      ...PAIR,
      environment: 'production',
      userAgent: 'code-app/1',
      baseUrl: 'https://code.example.com',
    };
    const resolved = resolve(options, variables);
    expect(resolved).toMatchObject({
      environment: 'production',
      userAgent: 'code-app/1',
      baseUrl: 'https://code.example.com',
    });
    expect(await pairOf(resolved)).toEqual(PAIR);
  });

  it('is not missed in the environment where code has it', () => {
    const variables = {
      CONTA_SIMPLES_API_KEY: ' bad ',
      CONTA_SIMPLES_ENVIRONMENT: 'bad',
      CONTA_SIMPLES_USER_AGENT: '\n',
    };
    expect(() => resolve({ ...SOUND, userAgent: 'a' }, variables)).not.toThrow();
  });

  it.each([
    'CONTA_SIMPLES_BASE_URL',
    'CONTA_SIMPLES_USER_AGENT',
    'CONTA_SIMPLES_ACCOUNTS',
    'CONTA_SIMPLES_API_KEY_FILE',
  ])('may be a variable set to nothing: %s', (name) => {
    expect(resolve({}, { ...ENV, [name]: '' })).toMatchObject({
      environment: 'sandbox',
      baseUrl: 'https://api-sandbox.contasimples.com',
      userAgent: `nestjs-conta-simples-auth/${VERSION}`,
    });
  });

  it('is missing where the variable of the environment is set to nothing', () => {
    expect(named({}, { ...ENV, CONTA_SIMPLES_ENVIRONMENT: '' })).toEqual(['CONTA_SIMPLES_ENVIRONMENT']);
  });
});

describe('the base URL', () => {
  it.each([
    ['https://proxy.example.com/', 'https://proxy.example.com'],
    ['https://proxy.example.com/conta-simples/', 'https://proxy.example.com/conta-simples'],
    ['http://127.1:3000', 'http://127.0.0.1:3000'],
  ])('%s has no slash at its end, and its origin gets the token', (baseUrl, expected) => {
    const resolved = resolve({ ...PAIR, baseUrl });
    expect(resolved).toMatchObject({ environment: 'custom', baseUrl: expected });
    expect(resolved.origins).toEqual(new Set([new URL(expected).origin]));
  });

  it('makes the environment a name alone', () => {
    expect(resolve({ ...PAIR, environment: 'production', baseUrl: 'http://localhost:1' })).toMatchObject({
      environment: 'production',
      baseUrl: 'http://localhost:1',
    });
  });

  it('may come from the environment', () => {
    expect(resolve(PAIR, { CONTA_SIMPLES_BASE_URL: 'http://[::1]:3000' })).toMatchObject({
      environment: 'custom',
      baseUrl: 'http://[::1]:3000',
    });
  });

  it.each([
    ['production', 'https://api.contasimples.com'],
    ['sandbox', 'https://api-sandbox.contasimples.com'],
  ])('of %s is %s', (environment, baseUrl) => {
    expect(resolve({ ...PAIR, environment }).baseUrl).toBe(baseUrl);
  });

  it('is joined by the origins that are listed', () => {
    expect(resolve({ ...SOUND, origins: ['https://cards.example.com'] }).origins).toEqual(
      new Set(['https://cards.example.com', 'https://api-sandbox.contasimples.com']),
    );
  });
});

describe('accounts', () => {
  const named2 = {
    CONTA_SIMPLES_ACCOUNTS: 'matriz',
    CONTA_SIMPLES_MATRIZ_API_KEY: 'k',
    CONTA_SIMPLES_MATRIZ_API_SECRET: 's',
  };

  it('of the environment stand beside the pair without a name', async () => {
    const resolved = resolve({}, { ...ENV, ...named2 });
    expect([...resolved.accounts.keys()]).toEqual(['default', 'matriz']);
    expect(await pairOf(resolved, 'matriz')).toEqual({ apiKey: 'k', apiSecret: 's' });
  });

  it('may be named ones alone', () => {
    const resolved = resolve({}, { CONTA_SIMPLES_ENVIRONMENT: 'sandbox', ...named2 });
    expect([...resolved.accounts.keys()]).toEqual(['matriz']);
  });

  it('in code replace those of the environment, and not its pair without a name', () => {
    const resolved = resolve({ accounts: { filial: PAIR } }, { ...ENV, ...named2 });
    expect([...resolved.accounts.keys()]).toEqual(['default', 'filial']);
  });

  it('of a function replace those of the environment', async () => {
    const resolved = resolve({ accounts: (account: string) => ({ ...PAIR, apiKey: account }) }, { ...ENV, ...named2 });
    expect([...resolved.accounts.keys()]).toEqual(['default']);
    expect(resolved.isOpen).toBe(true);
    expect(await resolved.provide('tenant')).toEqual({ ...PAIR, apiKey: 'tenant' });
  });

  it('of a function need no pair without a name', () => {
    expect(resolve({ environment: 'sandbox', accounts: () => PAIR }).accounts.size).toBe(0);
  });

  it('may have any name in code', async () => {
    const accounts = JSON.parse(
      '{"__proto__":{"apiKey":"k","apiSecret":"s"},"constructor":{"apiKey":"k2","apiSecret":"s"}}',
    );
    const resolved = resolve({ environment: 'sandbox', accounts });
    expect([...resolved.accounts.keys()]).toEqual(['__proto__', 'constructor']);
    expect(resolved.accounts.get('toString')).toBeUndefined();
  });
});

describe('what is wrong with the credentials', () => {
  it('is that there are none, naming both variables', () => {
    expect(named({ environment: 'sandbox' })).toEqual(['CONTA_SIMPLES_API_KEY', 'CONTA_SIMPLES_API_SECRET']);
  });

  it('is that a record has no accounts', () => {
    expect(named({ environment: 'sandbox', accounts: {} })).toEqual([
      'CONTA_SIMPLES_API_KEY',
      'CONTA_SIMPLES_API_SECRET',
    ]);
  });

  it.each([[new Map([['matriz', PAIR]])], [[PAIR]], ['canary'], [5]])(
    'is that accounts is no record: %p',
    (accounts) => {
      expect(named({ environment: 'sandbox', accounts })).toEqual(['option accounts']);
    },
  );

  it.each([
    ['the secret in code', { apiKey: 'canary' }, {}, 'option apiSecret'],
    ['the key in code', { apiSecret: 'canary' }, {}, 'option apiKey'],
    ['the secret in code, though the environment has one', { apiKey: 'canary' }, ENV, 'option apiSecret'],
    ['the key in code, though the environment has one', { apiSecret: 'canary' }, ENV, 'option apiKey'],
    ['the secret in the environment', {}, { CONTA_SIMPLES_API_KEY: 'canary' }, 'CONTA_SIMPLES_API_SECRET'],
    ['the key in the environment', {}, { CONTA_SIMPLES_API_SECRET: 'canary' }, 'CONTA_SIMPLES_API_KEY'],
    [
      'the secret of a named account in the environment',
      {},
      { CONTA_SIMPLES_ACCOUNTS: 'matriz', CONTA_SIMPLES_MATRIZ_API_KEY: 'canary' },
      'CONTA_SIMPLES_MATRIZ_API_SECRET',
    ],
    [
      'the secret of a named account in code',
      { accounts: { matriz: { apiKey: 'canary' } } },
      {},
      'option accounts["matriz"].apiSecret',
    ],
  ])('is half a pair, naming what is missing: %s', (_what, options, variables: Variables, missing) => {
    const given = { environment: 'sandbox', ...options };
    expect(named(given, variables)).toEqual([missing]);
    expect(refusal(given, variables).message).toContain(
      `${missing} is missing: both halves of a pair come from one source`,
    );
  });

  it('is a named account with neither half, of which none is said to be set', () => {
    const variables = { CONTA_SIMPLES_ENVIRONMENT: 'sandbox', CONTA_SIMPLES_ACCOUNTS: 'matriz' };
    expect(named({}, variables)).toEqual(['CONTA_SIMPLES_MATRIZ_API_KEY', 'CONTA_SIMPLES_MATRIZ_API_SECRET']);
    expect(refusal({}, variables).message).not.toContain('is set');
  });

  it.each([
    ['blank', ''],
    ['spaces', '  '],
    ['with a space before', ' canary'],
    ['with a space after', 'canary '],
    ['with a line end', 'canary\n'],
    ['with a control character', 'can\0ary'],
  ])('is a half that is %s, in code and in the environment', (_what, value) => {
    expect(named({ ...SOUND, apiKey: value })).toEqual(['option apiKey']);
    expect(named({ ...SOUND, apiSecret: value })).toEqual(['option apiSecret']);
    expect(named({}, { ...ENV, CONTA_SIMPLES_API_KEY: value })).toEqual(['CONTA_SIMPLES_API_KEY']);
    expect(named({}, { ...ENV, CONTA_SIMPLES_API_SECRET: value })).toEqual(['CONTA_SIMPLES_API_SECRET']);
  });

  it('is a colon in the key, unless the pair is form-encoded', () => {
    const options = { ...SOUND, apiKey: 'can:ary' };
    expect(named(options)).toEqual(['option apiKey']);
    expect(() => resolve({ ...options, clientAuthEncoding: 'rfc6749' })).not.toThrow();
  });

  it.each([5, true, {}, () => 'canary'])('is a key that is no string: %p', (apiKey) => {
    expect(named({ ...SOUND, apiKey })).toEqual(['option apiKey']);
  });

  it.each([null, 'canary', 5, [PAIR]])('is an account that is no pair: %p', (matriz) => {
    expect(named({ ...SOUND, accounts: { matriz } })).toEqual(['option accounts["matriz"]']);
  });

  it('is not also that a pair is missing, where the only one is none', () => {
    expect(named({ environment: 'sandbox', accounts: { matriz: null } })).toEqual(['option accounts["matriz"]']);
  });

  it.each(['', ' '])('is an account without a name: %p', (name) => {
    expect(refusal({ ...SOUND, accounts: { [name]: PAIR } }).message).toContain(`accounts["${name}"] has no name`);
  });

  it('is a second pair for the account default', () => {
    expect(named({ ...SOUND, accounts: { default: PAIR } })).toEqual(['option accounts["default"]']);
    const variables = {
      CONTA_SIMPLES_ACCOUNTS: 'default',
      CONTA_SIMPLES_DEFAULT_API_KEY: 'k',
      CONTA_SIMPLES_DEFAULT_API_SECRET: 's',
    };
    expect(named({}, { ...ENV, ...variables })).toEqual(['CONTA_SIMPLES_DEFAULT_API_KEY']);
  });
});

describe('what is wrong with an option', () => {
  it.each([
    ['environment', ['Sandbox', 'staging', ' sandbox', '', 5, {}]],
    ['baseUrl', ['', 'http://canary.example.com', 'https://u:canary@example.com', 'https://canary.com/?a=1', 5, {}]],
    ['userAgent', ['', ' ', 'canary\r\nX: y', 'can\u00e1ry', ' canary', 'x'.repeat(257), 5]],
    ['refreshAt', [0, 0.09, 0.96, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, '0.9', true]],
    ['requestTimeoutMs', [0, 99, 120_001, Number.NaN, Number.POSITIVE_INFINITY, '5000', 5_000n]],
    ['waitTimeoutMs', [0, 99, 600_001, Number.NaN, '5000', [5_000]]],
    ['bootstrap', ['eager', '', true, 5]],
    ['clientAuthEncoding', ['base64', '', true]],
    ['allowMissingTokenType', ['true', 1, 0, '']],
    ['proxy', [true, '', 'canary', 'socks5://canary:1080', 'http://', 5, {}]],
    ['tls', ['canary', 5]],
    ['httpsAgent', ['canary', {}, 5, new HttpsAgent({ rejectUnauthorized: false })]],
    ['origins', ['https://canary.example.com', {}, 5]],
  ] as const)('is reported for %s by its name', (name, values: readonly unknown[]) => {
    for (const value of values) {
      expect([value, named({ ...SOUND, [name]: value })]).toEqual([value, [`option ${name}`]]);
    }
  });

  it.each([
    ['CONTA_SIMPLES_ENVIRONMENT', ['Sandbox', ' sandbox', 'canary', ' ']],
    ['CONTA_SIMPLES_BASE_URL', ['http://canary.example.com', 'canary', ' ']],
    ['CONTA_SIMPLES_USER_AGENT', ['canary\n', ' ']],
  ])('is reported for %s by its name', (name, values) => {
    for (const value of values) {
      expect([value, named({}, { ...ENV, [name]: value })]).toEqual([value, [name]]);
    }
  });

  it.each([
    ['refreshAt', [0.1, 0.95]],
    ['requestTimeoutMs', [100, 120_000]],
    ['waitTimeoutMs', [100, 600_000]],
    ['bootstrap', ['background', 'required', 'lazy']],
    ['clientAuthEncoding', ['plain', 'rfc6749']],
    ['allowMissingTokenType', [true, false]],
    ['userAgent', ['a', 'my-app/1.2.3 (+https://example.com)', 'x'.repeat(256)]],
  ] as const)('is nothing for %s within its bounds', (name, values: readonly unknown[]) => {
    for (const value of values) expect(resolve({ ...SOUND, [name]: value })).toMatchObject({ [name]: value });
  });

  it.each([
    ['env', undefined],
    [false, false],
    ['http://proxy.example.com:3128', new URL('http://proxy.example.com:3128')],
    ['https://user:100%@proxy.example.com', new URL('https://user:100%@proxy.example.com')],
  ])('is nothing for the proxy %p', (proxy, expected) => {
    expect(resolve({ ...SOUND, proxy }).transport().proxy).toEqual(expected);
  });

  it('is nothing for certificates that Node can use', () => {
    const tls = { ...selfSigned, ca: [selfSigned.cert, Buffer.from(selfSigned.cert)] };
    expect(resolve({ ...SOUND, tls }).transport().tls).toBe(tls);
  });

  it.each([new HttpsAgent(), new HttpsAgent({ rejectUnauthorized: true }), new OtherAgent()])(
    'is nothing for an agent that is not told to check no certificates',
    (httpsAgent) => {
      expect(resolve({ ...SOUND, httpsAgent }).transport().httpsAgent).toBe(httpsAgent);
    },
  );

  it.each(['rejectUnauthorized', 'checkServerIdentity', 'ciphers'])(
    'is %s in tls, which would change what is trusted',
    (name) => {
      expect(named({ ...SOUND, tls: { [name]: false } })).toEqual([`option tls.${name}`]);
    },
  );

  it('is that tls and httpsAgent are set together', () => {
    expect(named({ ...SOUND, tls: {}, httpsAgent: new HttpsAgent() })).toEqual(['option tls']);
  });

  it.each(['apikey', 'clientSecret', 'timeout', 'toString'])('is a name that does not exist: %s', (name) => {
    expect(refusal({ ...SOUND, [name]: 'canary' }).message).toContain(`option ${name} does not exist`);
  });

  it.each(['environment', 'baseUrl', 'userAgent', 'refreshAt', 'bootstrap', 'proxy', 'tls', 'httpsAgent', 'origins'])(
    'is null in place of a value: %s',
    (name) => {
      expect(named({ ...SOUND, [name]: null }, ENV)).toContain(`option ${name}`);
    },
  );

  it.each(['canary', 5, null, [SOUND]])('is that the options are none: %p', (options) => {
    expect(named(options, ENV)).toEqual(['options']);
  });
});

describe('one error', () => {
  const values = {
    environment: 'canary-1',
    baseUrl: 'http://canary-2.example.com',
    apiKey: ' canary-3 ',
    apiSecret: 'canary-4\n',
    accounts: { matriz: { apiKey: 'canary-5', apiSecret: ' canary-6' }, filial: { apiSecret: 'canary-7' } },
    userAgent: 'canary-8\n',
    refreshAt: 'canary-9',
    requestTimeoutMs: -1,
    waitTimeoutMs: Number.NaN,
    bootstrap: 'canary-10',
    clientAuthEncoding: 'canary-11',
    allowMissingTokenType: 'canary-12',
    proxy: 'socks://canary-13:canary@example.com',
    tls: { cert: 'canary-14', passphrase: 'canary-15', checkServerIdentity: 'canary-16' },
    httpsAgent: 'canary-17',
    origins: ['http://canary-18.example.com'],
    nonsense: 'canary-19',
  };

  it('names everything that is wrong in code, and no value', () => {
    const error = refusal(values);
    expect(error.kind).toBe('configuration');
    expect(named(values)).toEqual([
      'option nonsense',
      'option clientAuthEncoding',
      'option environment',
      'option baseUrl',
      'option apiKey',
      'option apiSecret',
      'option accounts["matriz"].apiSecret',
      'option accounts["filial"].apiKey',
      'option origins[0]',
      'option tls',
      'option tls.checkServerIdentity',
      'option tls.cert',
      'option tls.key',
      'option httpsAgent',
      'option proxy',
      'option userAgent',
      'option refreshAt',
      'option requestTimeoutMs',
      'option waitTimeoutMs',
      'option bootstrap',
      'option allowMissingTokenType',
    ]);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('canary');
  });

  it('names everything that is wrong in the environment, and no value', () => {
    const variables = {
      CONTA_SIMPLES_ENVIRONMENT: 'canary-1',
      CONTA_SIMPLES_BASE_URL: 'https://canary:canary@example.com',
      CONTA_SIMPLES_API_KEY: 'canary:2',
      CONTA_SIMPLES_API_SECRET_FILE: '/nowhere/canary',
      CONTA_SIMPLES_USER_AGENT: 'canary\n3',
      CONTA_SIMPLES_ACCOUNTS: 'matriz,canary.4',
      CONTA_SIMPLES_MATRIZ_API_KEY: 'canary-5 ',
    };
    expect(named({}, variables)).toEqual([
      'CONTA_SIMPLES_ENVIRONMENT',
      'CONTA_SIMPLES_BASE_URL',
      'CONTA_SIMPLES_API_SECRET_FILE',
      'CONTA_SIMPLES_API_KEY',
      'CONTA_SIMPLES_ACCOUNTS',
      'CONTA_SIMPLES_MATRIZ_API_KEY',
      'CONTA_SIMPLES_MATRIZ_API_SECRET',
      'CONTA_SIMPLES_USER_AGENT',
    ]);
    expect(inspect(refusal({}, variables), { depth: 20, showHidden: true })).not.toContain('canary');
  });
});

describe('resolved options in print', () => {
  it('hold no secret, however deep one looks', () => {
    const resolved = resolve({
      ...SOUND,
      accounts: { matriz: PAIR },
      proxy: 'http://user:canary-proxy@proxy.example.com',
      tls: { ...selfSigned },
    });
    const printed = inspect(resolved, { depth: 20, showHidden: true }) + JSON.stringify(resolved);
    expect(printed).not.toMatch(/canary|PRIVATE KEY/);
  });
});
