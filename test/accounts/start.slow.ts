import { afterEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { numbered, pairOf, tookMs } from '@support/many-accounts.js';
import { ContaSimplesAuthModule, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const COUNT = 60;
const names = numbered('company', COUNT);
const accounts = Object.fromEntries(names.map((name) => [name, pairOf(name)]));
const emulators: ContaSimplesEmulator[] = [];

afterEach(async () => {
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
});

/** An application that has not started yet. */
async function stage(bootstrap: 'background' | 'required') {
  const emulator = await startContaSimplesEmulator({ accounts: names.map(pairOf) });
  emulators.push(emulator);
  const options = { baseUrl: emulator.baseUrl, accounts, bootstrap };
  const app = await Test.createTestingModule({ imports: [ContaSimplesAuthModule.forRoot(options)] }).compile();
  app.useLogger(false);
  return { app, emulator, tokens: app.get(ContaSimplesTokenService) };
}

async function expectNoFurtherRequest({ counts }: ContaSimplesEmulator): Promise<void> {
  // What was sent before has arrived when the event loop has read its sockets a few times.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  const { total } = counts.token;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(counts.token.total).toBe(total);
}

describe('hundreds of accounts of a record', () => {
  it('all have a token when an application that requires them has started', async () => {
    const { app, emulator, tokens } = await stage('required');
    await app.init();
    expect(names.every((name) => tokens.status(name).state === 'valid')).toBe(true);
    expect(emulator.counts.token.total).toBe(COUNT);
    expect(emulator.counts.token.peakConcurrency).toBeLessThanOrEqual(16);
    await app.close();
  });

  it('ask for no token after close() while they obtain their first ones', async () => {
    const { app, emulator } = await stage('background');
    await app.init();
    await emulator.waitForRequest('token', 20);
    expect(await tookMs(app.close())).toBeLessThan(1_500);
    expect(emulator.counts.token.total).toBeLessThan(COUNT);
    await expectNoFurtherRequest(emulator);
  });

  it('end where the application does not start, because one that it requires has no token', async () => {
    const { app, emulator, tokens } = await stage('required');
    emulator.fail({ kind: 'token', account: 'company-20' }, { status: 401 }, { times: 10 });
    await expect(app.init()).rejects.toMatchObject({ kind: 'credentials_rejected', account: 'company-20' });
    await expectNoFurtherRequest(emulator);
    expect(tokens.status('company-0').state).toBe('closed');
  });
});
