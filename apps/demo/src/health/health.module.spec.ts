import { afterEach, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ContaSimplesAuthModule, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { EMULATOR_CREDENTIALS, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { HealthModule } from './health.module.js';

let close = async () => {};
afterEach(() => close());

/** The module in an application, before a token endpoint that answers with this status. */
async function start(status: number) {
  const emulator = await startContaSimplesEmulator();
  if (status !== 200) emulator.fail('token', { status }, { times: Number.POSITIVE_INFINITY });
  const options = { baseUrl: emulator.baseUrl, ...EMULATOR_CREDENTIALS };
  @Module({ imports: [ContaSimplesAuthModule.forRoot(options), HealthModule] })
  class HealthDemo {}
  const app: INestApplication = await NestFactory.create(HealthDemo, { logger: false });
  close = async () => {
    await app.close();
    await emulator.close();
  };
  await app.listen(0, '127.0.0.1');
  await app
    .get(ContaSimplesTokenService)
    .getToken()
    .catch(() => {});
  const url = await app.getUrl();
  return (path: string) => fetch(`${url}/health/${path}`, { headers: { connection: 'close' } });
}

it('is alive and not ready while no token can be served', async () => {
  const get = await start(401);
  expect((await get('live')).status).toBe(200);
  const ready = await get('ready');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ error: { contaSimples: { status: 'down' } } });
});

it('is ready with a token', async () => {
  const get = await start(200);
  const ready = await get('ready');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ info: { contaSimples: { status: 'up', state: 'valid' } } });
});
