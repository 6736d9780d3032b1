import { Writable } from 'node:stream';
import { afterEach, expect } from '@jest/globals';
import { Controller, Get, type INestApplication, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { emulatorOptions } from '@support/boot.js';
import { ContaSimplesAuthModule, ContaSimplesHttpService, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { Logger, LoggerModule } from 'nestjs-pino';
import { firstValueFrom, map } from 'rxjs';
import { packageVersion, worksBeside } from './support/works-beside.js';

@Controller('balance')
class BalanceController {
  constructor(@Inject(ContaSimplesHttpService) private readonly http: ContaSimplesHttpService) {}

  @Get()
  async show() {
    return firstValueFrom(this.http.get('/accounts/v1/balance').pipe(map(({ data }) => data)));
  }

  @Get('missing')
  async missing() {
    return firstValueFrom(this.http.get('/missing'));
  }
}

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly context?: string;
  readonly [field: string]: unknown;
}

// One for all: nestjs-pino keeps the first logger of a process.
const written: string[] = [];
const stream = new Writable({
  write(chunk, _encoding, done) {
    written.push(String(chunk));
    done();
  },
});

let emulator: ContaSimplesEmulator;
let app: INestApplication;
afterEach(async () => {
  await app.close();
  await emulator.close();
});

async function open() {
  emulator = await startContaSimplesEmulator({ tokenTtlSeconds: 2 });
  written.length = 0;
  const registered = ContaSimplesAuthModule.forRoot(emulatorOptions(emulator));
  @Module({
    imports: [LoggerModule.forRoot({ pinoHttp: { stream, level: 'trace' } }), registered],
    controllers: [BalanceController],
  })
  class App {}
  app = await NestFactory.create(App, { bufferLogs: true });
  app.useLogger(app.get(Logger));
  await app.listen(0, '127.0.0.1');
  const lines = () =>
    written
      .join('')
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  const ours = () => lines().filter(({ context }) => context === 'ContaSimplesAuth');
  const get = async (path: string) => {
    const response = await fetch((await app.getUrl()) + path, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status;
  };
  return { lines, ours, get, tokens: app.get(ContaSimplesTokenService), text: () => written.join('') };
}

worksBeside({ name: 'nestjs-pino', version: packageVersion('nestjs-pino') }, (step) => {
  step('token and call: a line with fields', async () => {
    const { ours, get } = await open();
    expect(await get('/balance')).toBe(200);
    expect(ours()).toContainEqual(expect.objectContaining({ level: 30, event: 'acquired', account: 'default' }));
  });

  step('401 and replay', async () => {
    const { get, ours } = await open();
    await get('/balance');
    emulator.revokeTokens();
    expect(await get('/balance')).toBe(200);
    expect(ours()).toContainEqual(expect.objectContaining({ level: 20, event: 'acquired', cause: 'rejected' }));
  });

  step('failure: a warning with the kind, and errors of calls without anything secret', async () => {
    const { get, ours, lines, tokens, text } = await open();
    const token = await tokens.getAccessToken();
    expect(await get('/balance/missing')).toBe(500);
    expect(lines().some(({ err }) => err !== undefined)).toBe(true);
    emulator.fail('token', { status: 503 }, { times: 9 });
    await tokens.refresh().catch(() => {});
    expect(ours()).toContainEqual(expect.objectContaining({ level: 40, kind: 'server_error' }));
    expect(text()).not.toContain(token);
    expect(text()).not.toContain(EMULATOR_CREDENTIALS.apiSecret);
  });

  step('close', async () => {
    const { tokens } = await open();
    await tokens.getToken();
    await app.close();
    await expect(tokens.getToken()).rejects.toMatchObject({ kind: 'shut_down' });
  });
});
