import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  ContaSimplesAuthInterceptor,
  ContaSimplesAuthModule,
  ContaSimplesHttpService,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import { axiosCalls, axiosFor, secureAxiosFor } from '../lib/axios-client.mjs';
import { RESOURCE_PATH } from '../lib/context.mjs';
import { plainFetch, statusOf } from '../lib/fetch-calls.mjs';

export const about = {
  name: 'nestjs-conta-simples-auth',
  packages: ['nestjs-conta-simples-auth'],
  how: '`ContaSimplesTokenService` and `ContaSimplesHttpService`, all options at their defaults',
};

const USER_AGENT = 'bench/1.0.0';

async function boot(options) {
  const imports = [ContaSimplesAuthModule.forRoot({ bootstrap: 'lazy', userAgent: USER_AGENT, ...options })];
  return NestFactory.createApplicationContext({ module: class App {}, imports }, { logger: false });
}

/** One Redis connection for each process, as in an application. */
async function connectRedis(port) {
  const [{ Redis }, { redisTokenStore }] = await Promise.all([
    import('ioredis'),
    import('nestjs-conta-simples-auth/redis'),
  ]);
  const client = new Redis({ host: '127.0.0.1', port });
  await new Promise((resolve, reject) => client.once('ready', resolve).once('error', reject));
  return { store: redisTokenStore(client), close: () => client.disconnect() };
}

export async function openAccounts({ origin }, count) {
  const accounts = (name) => ({ apiKey: name, apiSecret: 'secret' });
  const app = await boot({ baseUrl: origin, accounts, maxAccounts: count });
  const tokens = app.get(ContaSimplesTokenService);
  const names = Array.from({ length: count }, (_, index) => `account-${index}`);
  return { token: (index) => tokens.getAccessToken(names[index]), close: () => app.close() };
}

export async function open(context) {
  const { origin, resourceUrl, credentials, redisPort } = context;
  const redis = redisPort === undefined ? undefined : await connectRedis(redisPort);
  const pair = { apiKey: credentials.key, apiSecret: credentials.secret };
  const app = await boot({ baseUrl: origin, ...pair, ...(redis && { store: redis.store }) });
  const tokens = app.get(ContaSimplesTokenService);
  const { axiosRef } = app.get(ContaSimplesHttpService);
  const attached = axiosFor(context);
  app.get(ContaSimplesAuthInterceptor).attach(attached.instance);
  const plain = axiosFor(context);
  return {
    token: () => tokens.getAccessToken(),
    calls: [
      { name: 'ContaSimplesHttpService', ...axiosCalls(axiosRef, plain.instance) },
      { name: 'attached to axios', ...axiosCalls(attached.instance, plain.instance) },
      {
        name: 'tokens.fetch',
        through: async () => statusOf(await tokens.fetch(RESOURCE_PATH)),
        plainWith: plainFetch(resourceUrl, { 'User-Agent': USER_AGENT }),
      },
    ],
    close: async () => {
      attached.close();
      plain.close();
      await app.close();
      redis?.close();
    },
  };
}

/** Over https, and through a proxy if the context has one. */
export async function openSecure(context) {
  const { secureOrigin, credentials, ca, proxyPort } = context;
  const proxy = proxyPort === undefined ? false : `http://127.0.0.1:${proxyPort}`;
  const pair = { apiKey: credentials.key, apiSecret: credentials.secret };
  const app = await boot({ baseUrl: secureOrigin, ...pair, tls: { ca }, proxy });
  const attached = secureAxiosFor(context);
  app.get(ContaSimplesAuthInterceptor).attach(attached.instance);
  const plain = secureAxiosFor(context);
  const { axiosRef } = app.get(ContaSimplesHttpService);
  return {
    calls: [
      { name: 'ContaSimplesHttpService', ...axiosCalls(axiosRef, plain.instance) },
      { name: 'attached to axios', ...axiosCalls(attached.instance, plain.instance) },
    ],
  };
}

export async function openUploads(context) {
  const { origin, credentials } = context;
  const app = await boot({ baseUrl: origin, apiKey: credentials.key, apiSecret: credentials.secret });
  const attached = axiosFor(context);
  app.get(ContaSimplesAuthInterceptor).attach(attached.instance);
  return {
    instances: [
      { name: 'ContaSimplesHttpService', axios: app.get(ContaSimplesHttpService).axiosRef },
      { name: 'attached to axios', axios: attached.instance },
    ],
    plain: axiosFor(context).instance,
  };
}
