import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { ContaSimplesHealthIndicator } from 'nestjs-conta-simples-auth/terminus';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly contaSimples: ContaSimplesHealthIndicator,
  ) {}

  /** Liveness probe. Does not check other services, because a restart does not fix them. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** Readiness probe: 503 while no token can be served. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.contaSimples.isHealthy('contaSimples')]);
  }
}
