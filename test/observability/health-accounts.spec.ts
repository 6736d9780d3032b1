import { afterEach, describe, expect, it } from '@jest/globals';
import { closeHealthApps, startHealthApp } from '@support/health-app.js';
import type { ContaSimplesCredentials, ContaSimplesModuleOptions } from 'nestjs-conta-simples-auth';
import { type ContaSimplesEmulator, type Fault, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const emulators: ContaSimplesEmulator[] = [];

afterEach(async () => {
  await closeHealthApps();
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `company-${index}`);
const pairOf = (name: string): ContaSimplesCredentials => ({
  apiKey: `key-of-${name}`,
  apiSecret: `secret-of-${name}`,
});

/** An application with these accounts, of which some have a secret that is refused. */
async function start(all: string[], wrong: string[] = [], options: ContaSimplesModuleOptions = {}, fault?: Fault) {
  const emulator = await startContaSimplesEmulator({ accounts: all.map((name) => ({ name, ...pairOf(name) })) });
  emulators.push(emulator);
  if (fault) emulator.fail('token', fault);
  const given = all.map((name) => {
    const pair = pairOf(name);
    return [name, wrong.includes(name) ? { ...pair, apiSecret: 'not-the-secret' } : pair] as const;
  });
  const accounts = Object.fromEntries(given);
  const health = await startHealthApp({ baseUrl: emulator.baseUrl, bootstrap: 'lazy', accounts, ...options });
  return { emulator, ...health };
}

describe('the health of several accounts', () => {
  it('is that of the account default where there is one', async () => {
    const { tokens, ask } = await start(['default', 'matriz'], ['matriz']);
    await Promise.allSettled([tokens.getToken(), tokens.getToken('matriz')]);
    expect(await ask()).toMatchObject({ httpStatus: 200, contaSimples: { account: 'default', state: 'valid' } });
    expect(await ask('matriz')).toMatchObject({
      httpStatus: 503,
      contaSimples: { account: 'matriz', state: 'cooling' },
    });
  });

  it('is degraded where one cannot be served and the others can, with the worst first', async () => {
    const { tokens, ask } = await start(names(3), ['company-2']);
    await Promise.allSettled(names(3).map((name) => tokens.getToken(name)));
    const { httpStatus, contaSimples } = await ask();
    expect(httpStatus).toBe(200);
    expect(contaSimples).toMatchObject({
      status: 'degraded',
      state: 'degraded',
      counts: { valid: 2, cooling: 1 },
      accounts: [
        { account: 'company-2', state: 'cooling', reason: { kind: 'credentials_rejected' } },
        { account: 'company-0', state: 'valid' },
        { account: 'company-1', state: 'valid' },
      ],
    });
    expect(contaSimples).not.toHaveProperty('more');
  });

  it('is down where none can be served', async () => {
    const { tokens, ask } = await start(names(2), names(2));
    await Promise.allSettled(names(2).map((name) => tokens.getToken(name)));
    expect(await ask()).toMatchObject({ httpStatus: 503, contaSimples: { status: 'down', counts: { cooling: 2 } } });
  });

  it('is down while the first token of one of them is on its way', async () => {
    const { emulator, ask } = await start(names(2), [], { bootstrap: 'background' }, { hang: true });
    await emulator.waitForRequest('token', 2);
    expect(await ask()).toMatchObject({
      httpStatus: 503,
      contaSimples: { status: 'down', accounts: [{ reason: { kind: 'pending' } }, {}] },
    });
  });

  it('names twenty at most, the worst among them, and counts the rest', async () => {
    const all = names(50);
    const { tokens, ask } = await start(all, ['company-49']);
    await Promise.allSettled(all.map((name) => tokens.getToken(name)));
    const { contaSimples } = await ask();
    expect(contaSimples).toMatchObject({ counts: { valid: 49, cooling: 1 }, more: 30 });
    expect(contaSimples.accounts).toHaveLength(20);
    expect(contaSimples.accounts).toEqual(expect.arrayContaining([expect.objectContaining({ account: 'company-49' })]));
  });

  it('costs no token request, also for accounts without any use', async () => {
    const { emulator, ask, tokens } = await start(names(30));
    expect(await ask()).toMatchObject({ httpStatus: 200, contaSimples: { status: 'up', counts: { empty: 30 } } });
    expect(tokens.accounts).toEqual(names(30));
    expect(emulator.counts.token.total).toBe(0);
  });

  it('of a provider is that of the accounts in use; without any it is up', async () => {
    const { tokens, ask } = await start(['matriz'], [], { accounts: pairOf });
    expect(await ask()).toMatchObject({ httpStatus: 200, contaSimples: { status: 'up', counts: {}, accounts: [] } });
    await tokens.getToken('matriz');
    expect(await ask()).toMatchObject({ contaSimples: { counts: { valid: 1 }, accounts: [{ account: 'matriz' }] } });
    expect(tokens.accounts).toEqual(['matriz']);
  });

  it('follows accounts that come and go', async () => {
    const { tokens, ask } = await start(names(1));
    tokens.setAccount('later', pairOf('later'));
    expect(tokens.accounts).toEqual(['company-0', 'later']);
    tokens.removeAccount('later');
    expect(tokens.accounts).toEqual(['company-0']);
    expect(await ask('later')).toMatchObject({ httpStatus: 503, contaSimples: { state: 'unknown' } });
  });
});
