import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { listen } from './listen.js';
import { prepareApp } from './prepare-app.js';

// A browser opens connections that it does not use yet; a server that waited for those would never close.
const app = await NestFactory.create<NestExpressApplication>(AppModule, { forceCloseConnections: true });
prepareApp(app);
app.enableShutdownHooks();
const url = await listen(app, process.env.PORT);
const logger = new Logger('Demo');
logger.log(`Try: curl ${url}/balance, curl ${url}/statements, curl ${url}/token`);
const page = url.replace('127.0.0.1', 'localhost');
logger.log(`Watch tokens live, and break things: ${page}   OpenAPI of these routes: ${page}/docs`);
