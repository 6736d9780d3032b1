import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
  isContaSimplesAuthError,
} from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';
import { logBook } from './log-book.js';
import type { Outcome } from './row.js';

/** A real application that asks for no token until it is called. */
export async function openApp(options: ContaSimplesModuleOptions, ...accounts: string[]) {
  const registered = ContaSimplesAuthModule.forRoot({
    bootstrap: 'lazy',
    accounts: Object.fromEntries(accounts.map((account) => [account, EMULATOR_CREDENTIALS])),
    ...options,
  });
  @Module({ imports: [registered] })
  class RowApp {}
  const app = await NestFactory.createApplicationContext(RowApp, { logger: logBook, abortOnError: false });
  return {
    tokens: app.get(ContaSimplesTokenService),
    http: app.get(ContaSimplesHttpService),
    close: () => app.close(),
  };
}

export async function outcome(call: Promise<{ fingerprint: string; obtainedAt: number; expiresAt: number }>) {
  return call.then(
    ({ fingerprint, obtainedAt, expiresAt }): Outcome => ({
      kind: 'token',
      fingerprint,
      obtainedAt,
      lifeMs: expiresAt - obtainedAt,
    }),
    (error: unknown): Outcome => {
      if (!isContaSimplesAuthError(error)) throw error;
      const { kind, status, retryAt } = error;
      return { kind, status, retryAt, error };
    },
  );
}

export const times = <T>(count: number, call: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, call));
