import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ContaSimplesAuthModule } from 'nestjs-conta-simples-auth';
import { openTelemetry } from 'nestjs-conta-simples-auth/opentelemetry';
import { Backend } from './backend/backend.js';
import { BackendModule } from './backend/backend.module.js';
import { BalanceController } from './balance/balance.controller.js';
import { BalanceService } from './balance/balance.service.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { UpstreamErrorFilter } from './errors/upstream-error.filter.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { StatementsController } from './statements/statements.controller.js';
import { StatementsService } from './statements/statements.service.js';
import { TokenController } from './token/token.controller.js';

@Module({
  imports: [
    ConfigModule.forRoot(),
    ScheduleModule.forRoot(),
    ContaSimplesAuthModule.forRootAsync({
      imports: [BackendModule, MetricsModule],
      inject: [Backend, MeterProvider],
      useFactory: (backend: Backend, meterProvider: MeterProvider) => ({
        ...backend.authOptions,
        telemetry: openTelemetry({ meterProvider }),
      }),
    }),
    DashboardModule,
    HealthModule,
    MetricsModule,
  ],
  controllers: [BalanceController, StatementsController, TokenController],
  providers: [BalanceService, StatementsService, { provide: APP_FILTER, useClass: UpstreamErrorFilter }],
})
export class AppModule {}
