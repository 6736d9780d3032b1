// The cost of an application without the library. Only started, never called.
import 'reflect-metadata';
import { HttpModule } from '@nestjs/axios';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';

export const about = {
  name: 'NestJS with axios and config, alone',
  packages: ['@nestjs/core', '@nestjs/axios', '@nestjs/config'],
  how: 'what an application has before this library is added',
};

export async function open() {
  const imports = [ConfigModule.forRoot({ ignoreEnvFile: true }), HttpModule.register({})];
  const app = await NestFactory.createApplicationContext({ module: class App {}, imports }, { logger: false });
  return { calls: [], close: () => app.close() };
}
