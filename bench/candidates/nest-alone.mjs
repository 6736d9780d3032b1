// The cost of an application without the library, and with all that the library's candidate has besides. Only started,
// never called.
import 'reflect-metadata';
import { HttpModule } from '@nestjs/axios';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { axiosCalls, axiosFor } from '../lib/axios-client.mjs';
import { plainFetch } from '../lib/fetch-calls.mjs';

export const about = {
  name: 'NestJS with axios and config, alone',
  packages: ['@nestjs/core', '@nestjs/axios', '@nestjs/config'],
  how: 'what an application has before this library is added',
};

export async function open(context) {
  const imports = [ConfigModule.forRoot({ ignoreEnvFile: true }), HttpModule.register({})];
  const app = await NestFactory.createApplicationContext({ module: class App {}, imports }, { logger: false });
  const [called, plain] = [axiosFor(context), axiosFor(context)];
  const calls = [
    { name: 'axios', ...axiosCalls(called.instance, plain.instance) },
    { name: 'fetch', plainWith: plainFetch(context.resourceUrl) },
  ];
  return { calls, close: () => app.close() };
}
