import { Module } from '@nestjs/common';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { MetricsController } from './metrics.controller.js';
import { MetricsShutdown } from './metrics.shutdown.js';

/** Metrics for Prometheus at `/metrics`. Exports the `MeterProvider` for code that records metrics. */
@Module({
  controllers: [MetricsController],
  providers: [
    MetricsShutdown,
    // No separate server: the application serves the metrics.
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
