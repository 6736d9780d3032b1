import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';
import { HealthController } from './health.controller.js';

// Terminus would log each failed probe as an error; the library logs the cause once.
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [ContaSimplesHealthIndicator],
})
export class HealthModule {}
