import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly contaSimples: ContaSimplesHealthIndicator,
  ) {}

  /** For the probe that restarts: asks nothing of anyone, since no restart mends a service elsewhere. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** For the probe that sends traffic, or holds it back: 503 while no token can be served. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.contaSimples.isHealthy('contaSimples')]);
  }
}
