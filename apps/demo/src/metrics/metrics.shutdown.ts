import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

@Injectable()
export class MetricsShutdown implements OnApplicationShutdown {
  constructor(private readonly meterProvider: MeterProvider) {}

  async onApplicationShutdown(): Promise<void> {
    await this.meterProvider.shutdown();
  }
}
