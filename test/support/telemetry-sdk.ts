import type { Attributes } from '@opentelemetry/api';
import {
  DataPointType,
  type Histogram,
  MeterProvider,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from 'nestjs-conta-simples-auth/opentelemetry';
import { boot } from './boot.js';

/** What has been recorded under one set of attributes. */
export interface Point {
  readonly attributes: Attributes;
  /** Of a histogram, how many values. */
  readonly value: number;
  readonly histogram?: Histogram | undefined;
}

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The real SDK, read when a test wants to; nothing of it is global. */
export class TelemetrySdk {
  readonly #reader = new ManualReader();
  readonly #spans = new InMemorySpanExporter();
  readonly meterProvider = new MeterProvider({ readers: [this.#reader] });
  readonly tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#spans)] });

  telemetry(maxAccountNames?: number) {
    const { meterProvider, tracerProvider } = this;
    return openTelemetry({ meterProvider, tracerProvider, maxAccountNames });
  }

  async export(): Promise<ResourceMetrics> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'The metrics could not be collected');
    return resourceMetrics;
  }

  async metric(name: string): Promise<MetricData | undefined> {
    const { scopeMetrics } = await this.export();
    return scopeMetrics.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === name);
  }

  /** Every point of a metric; none where it does not exist. */
  async points(name: string): Promise<Point[]> {
    const metric = await this.metric(name);
    if (metric === undefined) return [];
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      return metric.dataPoints.map(({ attributes, value }) => ({ attributes, value: value.count, histogram: value }));
    }
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return [];
    return metric.dataPoints.map(({ attributes, value }) => ({ attributes, value }));
  }

  /** The sum of the points that have all of these attributes. */
  async sum(name: string, attributes: Attributes = {}): Promise<number> {
    const points = await this.points(name);
    const matching = points.filter((point) =>
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );
    return matching.reduce((sum, { value }) => sum + value, 0);
  }

  get spans(): ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }
}

/** Tokens of 3 s may follow each other within 0.3 s. */
export async function bootMeasured({ ttlSeconds = 3, options = {}, maxNames = undefined as number | undefined } = {}) {
  const sdk = new TelemetrySdk();
  const booted = await boot({
    emulator: { tokenTtlSeconds: ttlSeconds },
    options: { bootstrap: 'lazy', telemetry: sdk.telemetry(maxNames), ...options },
  });
  return { sdk, ...booted };
}
