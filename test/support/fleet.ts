import type { INestApplicationContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import {
  ContaSimplesAuthModule,
  type ContaSimplesModuleOptions,
  type ContaSimplesTokenEvent,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import { type RedisTokenStoreOptions, redisTokenStore } from 'nestjs-conta-simples-auth/redis';
import type { ContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { bootContext, emulatorOptions } from './boot.js';

/** One application with its own Redis connection, as each process of a fleet has. */
export interface Replica {
  readonly app: INestApplicationContext;
  readonly tokens: ContaSimplesTokenService;
  readonly events: ContaSimplesTokenEvent[];
  close(): Promise<void>;
}

const running = new Set<Replica>();

/** For tests in which Redis works: on a busy machine its answer may take longer than the 250 ms of the default. */
export const PATIENT: RedisTokenStoreOptions = { commandTimeoutMs: 5_000 };

export interface ReplicaOptions {
  readonly options?: ContaSimplesModuleOptions;
  readonly store?: RedisTokenStoreOptions;
  /** Of Redis' access control, where it is on. */
  readonly username?: string;
  /** Whether its client asks the server first if it is ready. Default: true, as with any client. */
  readonly enableReadyCheck?: boolean;
}

export async function replica(
  emulator: ContaSimplesEmulator,
  redisPort: number,
  { options, store, username, enableReadyCheck = true }: ReplicaOptions = {},
): Promise<Replica> {
  const access = username && { username, password: username };
  // A port of 0 is that of a replica which has its own store.
  const client = new Redis({ port: redisPort, lazyConnect: redisPort === 0, enableReadyCheck, ...access });
  // What goes wrong with the connection is what the tests are about.
  client.on('error', () => {});
  const register = ContaSimplesAuthModule.forRoot({
    ...emulatorOptions(emulator),
    bootstrap: 'lazy',
    store: redisTokenStore(client, store),
    ...options,
  });
  const app = await bootContext([register]).catch((error: unknown) => {
    client.disconnect();
    throw error;
  });
  const tokens = app.get(ContaSimplesTokenService);
  const events: ContaSimplesTokenEvent[] = [];
  tokens.events.subscribe((event) => events.push(event));
  const close = async () => {
    running.delete(one);
    await app.close();
    client.disconnect();
  };
  const one: Replica = { app, tokens, events, close };
  running.add(one);
  return one;
}

export function fleet(size: number, ...[emulator, redisPort, options]: Parameters<typeof replica>): Promise<Replica[]> {
  return Promise.all(Array.from({ length: size }, () => replica(emulator, redisPort, options)));
}

/** For `afterEach`. */
export async function closeFleet(): Promise<void> {
  await Promise.all([...running].map((one) => one.close()));
}
