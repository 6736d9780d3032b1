import { type INestApplicationContext, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  type ContaSimplesEmulatorOptions,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';

/** A real application against a real server; close both with `await using`, or in `afterEach`. */
export interface Booted {
  readonly app: INestApplicationContext;
  readonly emulator: ContaSimplesEmulator;
  readonly tokens: ContaSimplesTokenService;
  readonly http: ContaSimplesHttpService;
  close(): Promise<void>;
}

export interface BootOptions {
  readonly emulator?: ContaSimplesEmulatorOptions;
  readonly options?: ContaSimplesModuleOptions;
  readonly imports?: ModuleMetadata['imports'];
  readonly providers?: ModuleMetadata['providers'];
}

const running = new Set<Booted>();

export async function boot({
  emulator: emulated,
  options,
  imports = [],
  providers = [],
}: BootOptions = {}): Promise<Booted> {
  const emulator = await startContaSimplesEmulator(emulated);
  try {
    const registered = ContaSimplesAuthModule.forRoot({ ...emulatorOptions(emulator), ...options });
    const app = await bootContext([...imports, registered], providers);
    const close = async () => {
      running.delete(booted);
      await app.close();
      await emulator.close();
    };
    const tokens = app.get(ContaSimplesTokenService);
    const http = app.get(ContaSimplesHttpService);
    const booted: Booted = { app, emulator, tokens, http, close };
    running.add(booted);
    return booted;
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

/** For `afterEach`: closes what a test has booted, also when it failed. */
export async function closeAll(): Promise<void> {
  await Promise.all([...running].map((booted) => booted.close()));
}

export function emulatorOptions(emulator: ContaSimplesEmulator): ContaSimplesModuleOptions {
  return { baseUrl: emulator.baseUrl, ...EMULATOR_CREDENTIALS };
}

export function bootContext(
  imports: NonNullable<ModuleMetadata['imports']>,
  providers: NonNullable<ModuleMetadata['providers']> = [],
): Promise<INestApplicationContext> {
  @Module({ imports, providers })
  class TestApp {}
  return NestFactory.createApplicationContext(TestApp, { logger: false, abortOnError: false });
}
