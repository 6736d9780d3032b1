import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, bootContext, closeAll } from '@support/boot.js';
import { rejection } from '@support/busy-api.js';
import {
  type ContaSimplesAuthAsyncOptions,
  ContaSimplesAuthModule,
  type ContaSimplesAuthOptions,
  type ContaSimplesModuleOptions,
  type ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';

afterEach(closeAll);

describe('forRoot()', () => {
  it.each([null, 'canary', 5, []])('says when the application starts that options are none: %j', async (options) => {
    const register = () => ContaSimplesAuthModule.forRoot(options as unknown as ContaSimplesModuleOptions);
    const error = await rejection(bootContext([register()]));
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect((error as Error).message).toContain('options must be an object');
    expect((error as Error).message).not.toContain('canary');
  });
});

describe('forRootAsync()', () => {
  class Factory {
    createContaSimplesAuthOptions(): ContaSimplesAuthOptions {
      return {};
    }
  }
  const useFactory = () => ({});

  it.each([
    [undefined, 'no options'],
    [null, 'no options'],
    ['canary', 'no options'],
    [{}, 'none of them'],
    [{ imports: [], useFactory: undefined }, 'none of them'],
    [{ useFactory, useClass: Factory }, 'useFactory and useClass'],
    [{ useClass: Factory, useExisting: Factory }, 'useClass and useExisting'],
    [{ useFactory, useClass: Factory, useExisting: Factory }, 'useFactory and useClass and useExisting'],
  ])('says at once what it was given in place of one of its shapes: %p', (options, given) => {
    let error: unknown;
    try {
      ContaSimplesAuthModule.forRootAsync(options as unknown as ContaSimplesAuthAsyncOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(isContaSimplesAuthError(error, 'configuration')).toBe(true);
    expect((error as Error).message).toContain(
      `needs one of useFactory, useClass and useExisting, and was given ${given}.`,
    );
  });
});

describe('a wait for a token', () => {
  type WaitOptions = NonNullable<Parameters<ContaSimplesTokenService['getToken']>[1]>;

  const NULL = null as unknown as WaitOptions;

  it('may have null in place of its limits', async () => {
    const { tokens } = await boot({ options: { bootstrap: 'lazy' }, emulator: { tokenTtlSeconds: 3 } });
    const first = await tokens.getToken(undefined, NULL);
    expect(await tokens.getAccessToken(undefined, NULL)).toBe(first.value);
    expect((await tokens.refresh(undefined, NULL)).value).not.toBe(first.value);
  });

  it.each([Number.NaN, -1, '5000', true])('does not begin with a limit of %p', async (timeoutMs) => {
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' } });
    const limits = { timeoutMs } as WaitOptions;
    for (const call of [tokens.getToken(undefined, limits), tokens.refresh(undefined, limits)]) {
      const error = await rejection(call);
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toMatch(/^timeoutMs must be a number of milliseconds/);
    }
    expect(emulator.counts.token.total).toBe(0);
  });

  it.each([0, Number.POSITIVE_INFINITY, undefined, null])('may have a limit of %p', async (timeoutMs) => {
    const { tokens } = await boot({ options: { bootstrap: 'required' } });
    await tokens.getToken(undefined, { timeoutMs } as WaitOptions);
  });
});
