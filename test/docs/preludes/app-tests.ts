import { Controller, Get, Inject, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ContaSimplesAuthModule } from 'nestjs-conta-simples-auth';
import { BalanceService } from './balance.js';

// What a test of an application has: the globals of its test runner, and the application of the README.

export { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
export { BalanceService } from './balance.js';

@Controller('balance')
class BalanceController {
  constructor(@Inject(BalanceService) private readonly balance: BalanceService) {}

  @Get()
  async show() {
    return { amount: await this.balance.current() };
  }
}

@Module({
  imports: [ConfigModule.forRoot({ ignoreEnvFile: true }), ContaSimplesAuthModule.forRoot()],
  controllers: [BalanceController],
  providers: [BalanceService],
})
export class AppModule {}
