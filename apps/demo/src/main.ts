import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { startEmulatorWithoutCredentials } from './emulator/emulator-fallback.js';
import { listen } from './listen.js';

// Importing AppModule has read .env by now, so what is missing here is missing for good.
await startEmulatorWithoutCredentials(process.env);
const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
const url = await listen(app, process.env.PORT);
new Logger('Demo').log(`Try: curl ${url}/balance, curl ${url}/statements, curl ${url}/token`);
