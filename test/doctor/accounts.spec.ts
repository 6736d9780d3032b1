import { afterEach, describe, expect, it } from '@jest/globals';
import { runDoctor } from '@support/run-doctor.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const emulators: ContaSimplesEmulator[] = [];

afterEach(async () => {
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
});

/** So many accounts, of which some have a secret that is refused. */
async function start(count: number, wrong: number[] = []) {
  const names = Array.from({ length: count }, (_, index) => `company-${index}`);
  const pair = (name: string) => ({ apiKey: `key-of-${name}`, apiSecret: `secret-of-${name}` });
  const emulator = await startContaSimplesEmulator({ accounts: names.map((name) => ({ name, ...pair(name) })) });
  emulators.push(emulator);
  const environment: Record<string, string> = {
    CONTA_SIMPLES_BASE_URL: emulator.baseUrl,
    CONTA_SIMPLES_ACCOUNTS: names.join(),
  };
  for (const [index, name] of names.entries()) {
    const prefix = `CONTA_SIMPLES_${name.toUpperCase().replace('-', '_')}`;
    environment[`${prefix}_API_KEY`] = pair(name).apiKey;
    environment[`${prefix}_API_SECRET`] = wrong.includes(index) ? 'not-the-secret' : pair(name).apiSecret;
  }
  const examine = (...argv: string[]) => runDoctor({ environment, argv });
  return { emulator, examine };
}

describe('several accounts', () => {
  it('are checked one after the other, also after one with wrong credentials', async () => {
    const { emulator, examine } = await start(3, [1]);
    const { line, exitCode } = await examine();
    expect(line('token', 'company-0')).toMatch(/^ok /);
    expect(line('token', 'company-1')).toMatch(/^fail .*credentials_rejected/);
    expect(line('balance', 'company-1')).toMatch(/^skip .*there is no token/);
    expect(line('balance', 'company-2')).toMatch(/^ok /);
    expect(exitCode).toBe(1);
    expect(emulator.counts.token.total).toBe(3);
    expect(emulator.counts.resource.total).toBe(2);
  });

  it('are those that are named, where any are', async () => {
    const { emulator, examine } = await start(3, [1]);
    const { out, exitCode } = await examine('--account', 'company-2', '--account', 'company-0');
    expect(emulator.counts.token.byAccount).toEqual({ 'company-0': 1, 'company-2': 1 });
    expect(out).not.toMatch(/company-1: /);
    expect(exitCode).toBe(0);
  });

  it.each(['company-9', 'constructor', '__proto__'])('do not include %s, which is a wrong call', async (name) => {
    const { emulator, examine } = await start(2);
    const { err, exitCode } = await examine('--account', name);
    expect(err).toContain('--account: the given name is not configured; configured: company-0, company-1');
    expect((await examine('--account', 'company-1', '--account', name)).err).toContain(
      '1 of the 2 given names is not configured',
    );
    expect(exitCode).toBe(2);
    expect(emulator.counts.token.total).toBe(0);
  });

  it('are twenty at most, unless named', async () => {
    const { emulator, examine } = await start(23);
    const { out, exitCode } = await examine();
    expect(emulator.counts.token.total).toBe(20);
    expect(out).toMatch(/^skip {2}token +3 more accounts not checked: select accounts with --account$/m);
    expect(exitCode).toBe(0);
  });

  it('are not checked after a failure that concerns all accounts', async () => {
    const { emulator, examine } = await start(3);
    emulator.fail('token', { status: 429 });
    const { out } = await examine();
    expect(out).toMatch(/^skip {2}token +2 more accounts not checked: the same failure is expected$/m);
    expect(emulator.counts.token.total).toBe(1);
  });
});
