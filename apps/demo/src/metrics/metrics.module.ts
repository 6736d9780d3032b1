import { Module } from '@nestjs/common';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { MetricsController } from './metrics.controller.js';
import { MetricsShutdown } from './metrics.shutdown.js';

/** What Prometheus reads at `/metrics`. Whoever measures something is given the `MeterProvider` that it exports. */
@Module({
  controllers: [MetricsController],
  providers: [
    MetricsShutdown,
    // No server of its own: the metrics are handed out by the application's.
    { provide: PrometheusExporter, useFactory: () => new PrometheusExporter({ preventServerStart: true }) },
    {
      provide: MeterProvider,
      inject: [PrometheusExporter],
      useFactory: (exporter: PrometheusExporter) => new MeterProvider({ readers: [exporter] }),
    },
  ],
  exports: [MeterProvider],
})
export class MetricsModule {}
