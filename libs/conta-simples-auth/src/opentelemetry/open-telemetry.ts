import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { ContaSimplesTelemetry } from '../observability/telemetry.js';
import { AccountNames } from './account-names.js';
import { observeGauges } from './gauges.js';
import { createInstruments } from './instruments.js';
import { OpenTelemetrySession } from './open-telemetry-session.js';
import { TokenRequestSpans } from './token-request-spans.js';

const SCOPE = 'nestjs-conta-simples-auth';
const DEFAULT_MAX_ACCOUNT_NAMES = 50;
const MOST_ACCOUNT_NAMES = 10_000;

/**
 * Where measurements go, and how many accounts they name.
 *
 * @publicApi
 */
export interface OpenTelemetryOptions {
  /** Where metrics go. Default: the provider that is registered globally when the application's modules are initialised. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Where spans go. Default: the provider that is registered globally. */
  readonly tracerProvider?: TracerProvider | undefined;
  /**
   * How many accounts appear under their own names in metrics and spans, 0 to 10,000; all others read `other`. Those
   * configured come first, then those of a provider function by their first token. Each name adds about twenty time
   * series. Default 50.
   */
  readonly maxAccountNames?: number | undefined;
}

/**
 * Measures the library with OpenTelemetry: metrics, and one span for each token request. Where the application has no SDK,
 * nothing is recorded and nothing is said.
 *
 * @example
 * ```ts
 * ContaSimplesAuthModule.forRoot({ telemetry: openTelemetry() });
 * ```
 * @throws ContaSimplesAuthError of kind `configuration` for a `maxAccountNames` out of its range
 * @publicApi
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): ContaSimplesTelemetry {
  const { meterProvider, tracerProvider, maxAccountNames = DEFAULT_MAX_ACCOUNT_NAMES } = options;
  if (!Number.isInteger(maxAccountNames) || maxAccountNames < 0 || maxAccountNames > MOST_ACCOUNT_NAMES) {
    const what = `maxAccountNames of openTelemetry() must be a whole number from 0 to ${MOST_ACCOUNT_NAMES}`;
    throw new ContaSimplesAuthError({ kind: 'configuration', what });
  }
  return {
    // Not before: a meter of the global API that is asked for too early stays without effect for good.
    start: (source) => {
      const meter = (meterProvider ?? metrics).getMeter(SCOPE, source.version);
      const tracer = (tracerProvider ?? trace).getTracer(SCOPE, source.version);
      const names = new AccountNames(source.accounts, maxAccountNames);
      const gauges = observeGauges(meter, source, names);
      const spans = new TokenRequestSpans(tracer, source, names);
      return new OpenTelemetrySession({ instruments: createInstruments(meter), gauges, spans, names });
    },
  };
}
