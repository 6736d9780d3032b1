import { Controller, Get, type INestApplication, Inject, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, type HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import {
  ContaSimplesAuthModule,
  type ContaSimplesModuleOptions,
  ContaSimplesTokenService,
} from 'nestjs-conta-simples-auth';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';

/** What a health check answers, as far as the tests look at it. */
export interface HealthAnswer {
  readonly httpStatus: number;
  /** Of the whole check. */
  readonly status: string;
  /** What stands under the key of the indicator. */
  readonly contaSimples: Record<string, unknown>;
  readonly text: string;
}

export interface HealthApp {
  readonly app: INestApplication;
  readonly tokens: ContaSimplesTokenService;
  readonly indicator: ContaSimplesHealthIndicator;
  ask(account?: string): Promise<HealthAnswer>;
}

const running = new Set<INestApplication>();

/** A real application with Terminus, listening on a free port. `service` stands in for the one of Terminus. */
export async function startHealthApp(
  options: ContaSimplesModuleOptions,
  service?: Pick<HealthIndicatorService, 'check'>,
): Promise<HealthApp> {
  @Controller('ready')
  class ReadyController {
    readonly #check: (account: string | undefined) => Promise<unknown>;

    constructor(
      @Inject(HealthCheckService) health: HealthCheckService,
      @Inject(ContaSimplesHealthIndicator) indicator: ContaSimplesHealthIndicator,
    ) {
      this.#check = (account) => health.check([() => indicator.isHealthy('contaSimples', { account })]);
    }

    @Get()
    ready(@Query('account') account?: string) {
      return this.#check(account);
    }
  }
  const stand = service && {
    provide: ContaSimplesHealthIndicator,
    inject: [ContaSimplesTokenService],
    useFactory: (tokens: ContaSimplesTokenService) =>
      new ContaSimplesHealthIndicator(tokens, service as HealthIndicatorService),
  };
  @Module({
    imports: [TerminusModule.forRoot({ logger: false }), ContaSimplesAuthModule.forRoot(options)],
    controllers: [ReadyController],
    providers: [stand ?? ContaSimplesHealthIndicator],
  })
  class HealthTestApp {}
  const app = await NestFactory.create(HealthTestApp, { logger: false, abortOnError: false });
  running.add(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    tokens: app.get(ContaSimplesTokenService),
    indicator: app.get(ContaSimplesHealthIndicator),
    ask: async (account) => {
      const query = account === undefined ? '' : `?account=${encodeURIComponent(account)}`;
      const response = await fetch(`${url}/ready${query}`, { headers: { connection: 'close' } });
      const text = await response.text();
      const { status, details } = JSON.parse(text);
      return { httpStatus: response.status, status, contaSimples: details.contaSimples, text };
    },
  };
}

/** For `afterEach`. */
export async function closeHealthApps(): Promise<void> {
  await Promise.all([...running].map((app) => app.close()));
  running.clear();
}
