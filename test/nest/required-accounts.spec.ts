import { afterEach, describe, expect, it } from '@jest/globals';
import { bootContext } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import { ContaSimplesAuthModule, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

const pairOf = (name: string) => ({ apiKey: `key-of-${name}`, apiSecret: `secret-of-${name}` });
const NAMES = ['default', 'matriz', 'filial'];
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function emulatorOf(names: readonly string[]): Promise<ContaSimplesEmulator> {
  const emulator = await startContaSimplesEmulator({ accounts: names.map((name) => ({ name, ...pairOf(name) })) });
  closers.unshift(() => emulator.close());
  return emulator;
}

function register(emulator: ContaSimplesEmulator) {
  return ContaSimplesAuthModule.forRoot({
    baseUrl: emulator.baseUrl,
    bootstrap: 'required',
    ...pairOf('default'),
    accounts: { matriz: pairOf('matriz'), filial: pairOf('filial') },
  });
}

describe("bootstrap 'required' with a default pair and named accounts", () => {
  it('obtains a token for each of them without a call', async () => {
    const emulator = await emulatorOf(NAMES);
    const all = emulator.waitForRequest('token', 3);
    const app = await bootContext([register(emulator)]);
    closers.unshift(() => app.close());
    const tokens = app.get(ContaSimplesTokenService);
    expect(tokens.status().state).toBe('valid');
    await all;
    await Promise.all(NAMES.map((name) => tokens.getToken(name)));
    expect(emulator.counts.token.total).toBe(3);
  });

  it('starts without the token of a named account, as only the default one is required', async () => {
    const emulator = await emulatorOf(['default', 'filial']);
    const app = await bootContext([register(emulator)]);
    closers.unshift(() => app.close());
    const tokens = app.get(ContaSimplesTokenService);
    expect(await rejection(tokens.getToken('matriz'))).toMatchObject({ kind: 'credentials_rejected' });
    expect(await tokens.getAccessToken('filial')).toMatch(/^ey/);
  });

  it('does not start without the token of the default account, and asks for no further token then', async () => {
    const emulator = await emulatorOf(['matriz', 'filial']);
    expect(await rejection(bootContext([register(emulator)]))).toMatchObject({
      kind: 'credentials_rejected',
      account: 'default',
    });
  });
});
