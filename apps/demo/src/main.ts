import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { listen } from './listen.js';
import { prepareApp } from './prepare-app.js';

// Browsers keep unused connections open; without this option the server would wait for them when it closes.
const app = await NestFactory.create<NestExpressApplication>(AppModule, { forceCloseConnections: true });
prepareApp(app);
app.enableShutdownHooks();
const url = await listen(app, process.env.PORT);
const logger = new Logger('Demo');
logger.log(`Try: curl ${url}/balance, curl ${url}/statements, curl ${url}/token`);
const page = url.replace('127.0.0.1', 'localhost');
logger.log(`Dashboard with live tokens and simulated faults: ${page}   OpenAPI of these routes: ${page}/docs`);
