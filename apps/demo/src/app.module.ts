import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { ContaSimplesAuthModule } from 'nestjs-conta-simples-auth';
import { BalanceController } from './balance/balance.controller.js';
import { BalanceService } from './balance/balance.service.js';
import { UpstreamErrorFilter } from './errors/upstream-error.filter.js';
import { StatementsController } from './statements/statements.controller.js';
import { StatementsService } from './statements/statements.service.js';
import { TokenController } from './token/token.controller.js';

@Module({
  imports: [ConfigModule.forRoot(), ScheduleModule.forRoot(), ContaSimplesAuthModule.forRoot()],
  controllers: [BalanceController, StatementsController, TokenController],
  providers: [BalanceService, StatementsService, { provide: APP_FILTER, useClass: UpstreamErrorFilter }],
})
export class AppModule {}
