import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { boot, closeAll } from '@support/boot.js';
import { MemoryStore } from '@support/memory-store.js';
import axios from 'axios';
import {
  ContaSimplesAuthInterceptor,
  type ContaSimplesTelemetrySession,
  type ContaSimplesTokenEvent,
  type TokenStore,
} from 'nestjs-conta-simples-auth';
import { firstValueFrom } from 'rxjs';

afterEach(closeAll);

const BALANCE = '/accounts/v1/balance';

const context = new AsyncLocalStorage<unknown>();
const MODULE = 'module';

/** An application whose provider, store, telemetry, timers and events note the context in which they are called. */
async function bootNoting(accounts: readonly string[], { store = true, ttlSeconds = 1 } = {}) {
  const seen: { readonly what: string; readonly in: unknown }[] = [];
  const note = (what: string) => seen.push({ what, in: context.getStore() });
  const memory = new MemoryStore();
  const noting: TokenStore = {
    get: (key) => {
      note('store get');
      return memory.get(key);
    },
    set: (key, value, options) => {
      note('store set');
      return memory.set(key, value, options);
    },
    ttlMs: (key) => {
      note('store ttl');
      return memory.ttlMs(key);
    },
  };
  const nothing = () => {};
  const session: ContaSimplesTelemetrySession = {
    event: ({ type }) => note(`telemetry event ${type}`),
    tokenRequest: () => {
      note('telemetry request');
      return { run: (send) => send(), end: () => note('telemetry end') };
    },
    // About a caller, and called in its context.
    callerWaits: () => nothing,
    servedWhileFailing: nothing,
    storeOperation: () => note('telemetry store'),
    leaseWait: () => note('telemetry lease'),
    recordRefused: nothing,
    clockSkew: () => note('telemetry skew'),
    stop: nothing,
  };
  const booted = await context.run(MODULE, () =>
    boot({
      emulator: {
        tokenTtlSeconds: ttlSeconds,
        accounts: accounts.map((name) => ({ name, apiKey: `key-of-${name}`, apiSecret: `secret-of-${name}` })),
      },
      imports: [ScheduleModule.forRoot()],
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        accounts: async (name) => {
          note(`provider ${name}`);
          await delay(1);
          note(`provider ${name}, later`);
          return { apiKey: `key-of-${name}`, apiSecret: `secret-of-${name}` };
        },
        ...(store && { store: noting }),
        telemetry: { start: () => session },
      },
    }),
  );
  const registry = booted.app.get(SchedulerRegistry);
  const { addTimeout, deleteTimeout } = registry;
  registry.addTimeout = (name, handle) => {
    note('timer added');
    addTimeout.call(registry, name, handle);
  };
  registry.deleteTimeout = (name) => {
    note('timer removed');
    deleteTimeout.call(registry, name);
  };
  context.run('subscriber', () => booted.tokens.events.subscribe(({ type }) => note(`event ${type}`)));
  return { ...booted, seen };
}

type Noting = Awaited<ReturnType<typeof bootNoting>>;

/** On connections that are not kept: those of the application's own clients keep the context of a request by themselves. */
const attached = ({ app, emulator }: Noting, account: string) => {
  const instance = axios.create({ baseURL: emulator.baseUrl, httpAgent: new Agent({ keepAlive: false }) });
  app.get(ContaSimplesAuthInterceptor).attach(instance, { account });
  return instance;
};
const revoked = async (booted: Noting, account: string) => {
  await booted.tokens.getToken(account);
  booted.emulator.revokeTokens(account);
};

/** Each makes a token be obtained, or something else happen that outlives it. */
const ENTRIES: Record<string, (booted: Noting, account: string) => Promise<unknown>> = {
  'the first getToken()': ({ tokens }, account) => tokens.getToken(account),
  'getAccessToken()': ({ tokens }, account) => tokens.getAccessToken(account),
  'getToken() with a signal': ({ tokens }, account) =>
    tokens.getToken(account, { signal: new AbortController().signal, timeoutMs: 5_000 }),
  'refresh()': ({ tokens }, account) => tokens.refresh(account),
  'invalidate()': async ({ tokens }, account) => {
    tokens.invalidate(await tokens.getToken(account), account);
    await tokens.getToken(account);
  },
  'setAccount()': async ({ tokens }, account) => {
    tokens.setAccount(account, { apiKey: `key-of-${account}`, apiSecret: `secret-of-${account}` });
    await tokens.getToken(account);
  },
  'removeAccount()': async ({ tokens }, account) => {
    await tokens.getToken(account);
    tokens.removeAccount(account);
    await tokens.getToken(account);
  },
  'a call of the service': ({ http }, account) => firstValueFrom(http.forAccount(account).get(BALANCE)),
  'a 401 to the service': async (booted, account) => {
    await revoked(booted, account);
    await booted.http.forAccount(account).axiosRef.get(BALANCE);
  },
  'a 401 to an attached instance': async (booted, account) => {
    await revoked(booted, account);
    await attached(booted, account).get(BALANCE);
  },
  'a 401 to fetch()': async (booted, account) => {
    await revoked(booted, account);
    await booted.tokens.fetch(BALANCE, { account, headers: { connection: 'close' } });
  },
  'status() and forAccount()': async ({ tokens }, account) => {
    tokens.status(account);
    await tokens.forAccount(account).getToken();
    tokens.status(account);
  },
};

describe('what outlives a call', () => {
  it('runs in the context of the module, started by any call; each caller goes on in its own', async () => {
    const entries = Object.entries(ENTRIES);
    const names = entries.map((_entry, index) => `account-${index}`);
    const booted = await bootNoting(names);
    await Promise.all(
      entries.map(([entry, call], index) =>
        context.run(entry, async () => {
          await call(booted, names[index] ?? '');
          expect(context.getStore()).toBe(entry);
        }),
      ),
    );
    // Every account is used on, by calls in their own contexts, until its token was renewed by its timer.
    const renewed = new Set<string>();
    const done = new Promise<void>((resolve) => {
      booted.tokens.events.subscribe((event: ContaSimplesTokenEvent) => {
        if (event.type === 'acquired' && event.cause === 'scheduled') renewed.add(event.account);
        if (renewed.size === names.length) resolve();
      });
    });
    const use = setInterval(() => {
      const ignore = () => {};
      for (const name of names) context.run('another request', () => void booted.tokens.getToken(name).catch(ignore));
    }, 50);
    await done;
    clearInterval(use);
    const strangers = booted.seen.filter((each) => each.in !== MODULE);
    expect(strangers).toEqual([]);
    expect([...new Set(booted.seen.map(({ what }) => what.replace(/ account-\d+/, '')))]).toEqual(
      expect.arrayContaining([
        'provider',
        'provider, later',
        ...['get', 'set', 'ttl'].map((operation) => `store ${operation}`),
        'event acquired',
        'telemetry event acquired',
        ...['request', 'end', 'store', 'skew'].map((what) => `telemetry ${what}`),
        'timer added',
      ]),
    );
  }, 30_000);

  it('holds for failures, cool-downs and early retry checks as well', async () => {
    const booted = await bootNoting(['failing'], { store: true, ttlSeconds: 60 });
    booted.emulator.fail('token', { status: 401 }, { times: 2 });
    for (let call = 0; call < 3; call++) {
      await context.run('request', () =>
        expect(booted.tokens.getToken('failing')).rejects.toMatchObject({ kind: 'credentials_rejected' }),
      );
    }
    expect(booted.seen.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['event refresh_failed', 'event cooling']),
    );
    expect(booted.seen.filter((each) => each.in !== MODULE)).toEqual([]);
  });
});

describe('the memory of a request', () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;

  /** Runs the call in a context that holds an object, and returns a weak reference to that. */
  async function leaving(call: () => Promise<unknown>): Promise<WeakRef<object>> {
    const request = { of: 'a request' };
    await context.run(request, call);
    return new WeakRef(request);
  }

  it('is free after each of them, though the account lives on', async () => {
    // The timer of the built-in fetch belongs to the process, and keeps the context of the call that started it.
    const entries = Object.entries(ENTRIES).filter(([entry]) => !entry.includes('fetch()'));
    const names = entries.map((_entry, index) => `account-${index}`);
    // A minimum interval of a second, for the accounts that must keep it.
    const booted = await bootNoting(names, { store: false, ttlSeconds: 10 });
    const left = await Promise.all(
      entries.map(async ([entry, call], index) => {
        const reference = await leaving(() => call(booted, names[index] ?? ''));
        return { entry, reference };
      }),
    );
    // An idle connection keeps the context of its last request, as with every agent of Node.
    await Promise.all(names.map((name) => booted.http.forAccount(name).axiosRef.get(BALANCE)));
    const kept = () => left.filter(({ reference }) => reference.deref() !== undefined).map(({ entry }) => entry);
    for (let tries = 0; tries < 200 && kept().length > 0; tries++) {
      await delay(20);
      collect();
    }
    expect(kept()).toEqual([]);
  }, 30_000);
});
