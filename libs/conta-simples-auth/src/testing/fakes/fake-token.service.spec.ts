import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ContaSimplesTokenService, isContaSimplesAuthError } from '../../index.js';
import { FakeContaSimplesTokenService } from './fake-token.service.js';

afterEach(() => {
  jest.useRealTimers();
});

describe('FakeContaSimplesTokenService', () => {
  it('has all that is public of the service it stands in for', () => {
    const names = Object.getOwnPropertyNames(ContaSimplesTokenService.prototype);
    expect(names.filter((name) => !Object.hasOwn(FakeContaSimplesTokenService.prototype, name))).toEqual([]);
  });

  it('is of the class of the real one, so that it can be passed to a constructor', async () => {
    class Service {
      constructor(readonly tokens: ContaSimplesTokenService) {}
    }
    const { tokens } = new Service(new FakeContaSimplesTokenService());
    expect(tokens).toBeInstanceOf(ContaSimplesTokenService);
    expect(await tokens.forAccount('default').getAccessToken()).toBe('fake-access-token.default.1');
  });

  it('is injected where the real one would be', async () => {
    class Service {
      constructor(readonly tokens: ContaSimplesTokenService) {}
    }
    Injectable()(Service);
    Reflect.defineMetadata('design:paramtypes', [ContaSimplesTokenService], Service);
    const tokens = new FakeContaSimplesTokenService();
    const providers = [Service, { provide: ContaSimplesTokenService, useValue: tokens }];
    const moduleRef = await Test.createTestingModule({ providers }).compile();
    expect(await moduleRef.get(Service).tokens.getAccessToken()).toBe('fake-access-token.default.1');
  });

  it('keeps a token until it ends, is invalidated or refreshed', async () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const tokens = new FakeContaSimplesTokenService({ lifeMs: 60_000 });
    const causes: string[] = [];
    tokens.events.subscribe((event) => causes.push(event.type === 'acquired' ? event.cause : event.type));
    const first = await tokens.getToken();
    expect(await tokens.getToken()).toBe(first);
    jest.advanceTimersByTime(60_000);
    const second = await tokens.getToken();
    tokens.invalidate(first);
    expect(await tokens.getToken()).toBe(second);
    tokens.invalidate(second.value);
    await tokens.getToken();
    expect((await tokens.refresh()).value).toBe('fake-access-token.default.4');
    expect(causes).toEqual(['first', 'expired', 'invalidated', 'rejected', 'forced']);
    expect(tokens.status()).toMatchObject({ state: 'valid', generation: 4, expiresAt: 1_120_000 });
  });

  it('fails from the next call on, also where a token was served before', async () => {
    const tokens = new FakeContaSimplesTokenService({ accounts: ['matriz', 'filial'], fetch: () => new Response('x') });
    await tokens.getToken('matriz');
    tokens.failWith('credentials_rejected', 'matriz');
    for (const call of [() => tokens.getToken('matriz'), () => tokens.refresh('matriz'), () => tokens.fetch('/x')]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(isContaSimplesAuthError(error, 'credentials_rejected')).toBe(true);
    }
    expect([tokens.status('matriz').state, tokens.status('filial').state]).toEqual(['cooling', 'empty']);
    expect((await tokens.getToken('filial')).value).toBe('fake-access-token.filial.1');
    tokens.recover();
    expect((await tokens.getToken('matriz')).value).toBe('fake-access-token.matriz.2');
    await expect(tokens.getToken('unknown')).rejects.toMatchObject({ kind: 'unknown_account' });
  });

  it('serves a held token while it fails, where the test wants that', async () => {
    const tokens = new FakeContaSimplesTokenService();
    const held = await tokens.getToken();
    tokens.failWith('server_error', 'default', { keepsToken: true });
    expect(await tokens.getToken()).toBe(held);
    expect(tokens.status().state).toBe('degraded');
    await expect(tokens.refresh()).rejects.toMatchObject({ kind: 'server_error' });
  });

  it('answers fetch() by the function it was given, with the token attached', async () => {
    const seen: (string | null)[] = [];
    const tokens = new FakeContaSimplesTokenService({
      fetch: ({ url, headers }) => {
        seen.push(url, headers.get('Authorization'));
        return Response.json({ amount: 1 });
      },
    });
    expect(await (await tokens.fetch('/accounts/v1/balance')).json()).toEqual({ amount: 1 });
    await tokens.fetch('/public', { contaSimplesAuth: false });
    expect(seen).toEqual([
      'https://api.contasimples.test/accounts/v1/balance',
      'Bearer fake-access-token.default.1',
      'https://api.contasimples.test/public',
      null,
    ]);
    await expect(new FakeContaSimplesTokenService().fetch('/x')).rejects.toThrow(/GET .*\/x: .*option `fetch`/);
  });
});
