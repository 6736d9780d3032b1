import { afterEach, describe, expect, it } from '@jest/globals';
import { bootContext, closeAll } from '@support/boot.js';
import {
  ContaSimplesAuthModule,
  type ContaSimplesAuthOptions,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

afterEach(closeAll);

/** A class of settings as applications have it: the values are not its own properties. */
class Settings implements ContaSimplesAuthOptions {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  get baseUrl(): string {
    return this.#baseUrl;
  }

  get apiKey(): string {
    return EMULATOR_CREDENTIALS.apiKey;
  }

  get apiSecret(): string {
    return EMULATOR_CREDENTIALS.apiSecret;
  }
}

class NotGlobal extends Settings {
  get isGlobal(): boolean {
    return false;
  }
}

describe('options of a class with getters', () => {
  it.each([
    ['forRoot()', (url: string) => ContaSimplesAuthModule.forRoot(new Settings(url))],
    ['forRootAsync()', (url: string) => ContaSimplesAuthModule.forRootAsync({ useFactory: () => new Settings(url) })],
  ])('are taken by %s', async (_name, register) => {
    const emulator = await startContaSimplesEmulator();
    const app = await bootContext([register(emulator.baseUrl)]);
    try {
      expect(await app.get(ContaSimplesTokenService, { strict: false }).getAccessToken()).toMatch(/^ey/);
    } finally {
      await app.close();
      await emulator.close();
    }
  });

  it('say as well whether the module is global', () => {
    expect(ContaSimplesAuthModule.forRoot(new NotGlobal('https://api.example')).global).toBe(false);
  });
});
