import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { ContaSimplesAuthError } from '../model/auth-error.js';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type {
  ContaSimplesLeaseWait,
  ContaSimplesStoreOperation,
  ContaSimplesTelemetry,
  ContaSimplesTelemetrySession,
  ContaSimplesTokenRequest,
  ContaSimplesTokenRequestTelemetry,
} from '../observability/telemetry.js';
import { AccountNames, ATTRIBUTE, errorType } from './attributes.js';
import { createInstruments, type Gauges, type Instruments, observeGauges } from './metrics.js';
import { TokenRequestSpans } from './token-request-spans.js';

const SCOPE = 'nestjs-conta-simples-auth';
const DEFAULT_MAX_ACCOUNT_NAMES = 50;
const MOST_ACCOUNT_NAMES = 10_000;

/**
 * Where telemetry goes, and how many accounts it names.
 *
 * @publicApi
 */
export interface OpenTelemetryOptions {
  /** Where metrics go. Default: the provider that is registered globally when the application's modules are initialised. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Where spans go. Default: the provider that is registered globally. */
  readonly tracerProvider?: TracerProvider | undefined;
  /**
   * How many accounts appear under their own names in metrics and spans, 0 to 10,000; all others appear as `other`.
   * Configured accounts come first, then those of a provider function in the order of their first token. Each name adds
   * about twenty time series. Default 50.
   */
  readonly maxAccountNames?: number | undefined;
}

/**
 * Measures the library with OpenTelemetry: metrics, and one span for each token request. Without an SDK in the application
 * nothing is recorded, without a warning.
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
    // Not earlier: a meter from the global API that is created before the SDK never records.
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

interface OpenTelemetrySessionParts {
  readonly instruments: Instruments;
  readonly gauges: Gauges;
  readonly spans: TokenRequestSpans;
  readonly names: AccountNames;
}

/** Records the library's telemetry in instruments and spans. */
class OpenTelemetrySession implements ContaSimplesTelemetrySession {
  readonly #instruments: Instruments;
  readonly #gauges: Gauges;
  readonly #spans: TokenRequestSpans;
  readonly #names: AccountNames;

  constructor({ instruments, gauges, spans, names }: OpenTelemetrySessionParts) {
    this.#instruments = instruments;
    this.#gauges = gauges;
    this.#spans = spans;
    this.#names = names;
    // A counter that starts with its first event shows no increase, so an alert on the increase would miss it.
    instruments.tamperedRecords.add(0);
  }

  event(event: ContaSimplesTokenEvent): void {
    const { takeovers, replays } = this.#instruments;
    switch (event.type) {
      case 'acquired':
        this.#names.admit(event.account);
        if (event.cause === 'shared') takeovers.add(1, this.#about(event.account));
        return;
      case 'replayed':
        replays.add(1, { ...this.#about(event.account), [ATTRIBUTE.replayOutcome]: replayOutcome(event.status) });
        return;
      case 'store_unavailable':
      case 'store_recovered':
        this.#gauges.storeUnavailable = event.type === 'store_unavailable';
        return;
      default:
        return;
    }
  }

  tokenRequest(request: ContaSimplesTokenRequest): ContaSimplesTokenRequestTelemetry {
    const { tokenRequests, tokenRequestDuration } = this.#instruments;
    const span = this.#spans.start(request);
    return {
      run: span.run,
      end: (result) => {
        const { account, cause } = request;
        if (result.failure === undefined) this.#names.admit(account);
        span.end(result);
        const failed = errorType(result.failure);
        tokenRequests.add(1, { ...this.#about(account), [ATTRIBUTE.cause]: cause, ...failed });
        // Without account and cause: the endpoint's duration depends on neither.
        tokenRequestDuration.record(result.durationMs / 1_000, failed);
      },
    };
  }

  callerWaits(account: string): () => void {
    return this.#spans.callerWaits(account);
  }

  servedWhileFailing(account: string): void {
    this.#instruments.degradedCalls.add(1, this.#about(account));
  }

  storeOperation({ operation, durationMs, failure }: ContaSimplesStoreOperation): void {
    const attributes = { [ATTRIBUTE.storeOperation]: operation, ...errorType(failure) };
    this.#instruments.storeOperationDuration.record(durationMs / 1_000, attributes);
  }

  leaseWait({ durationMs, outcome }: ContaSimplesLeaseWait): void {
    this.#instruments.leaseWaitDuration.record(durationMs / 1_000, { [ATTRIBUTE.leaseOutcome]: outcome });
  }

  recordRefused(): void {
    this.#instruments.tamperedRecords.add(1);
  }

  clockSkew(skewMs: number): void {
    this.#gauges.clockSkewMs = skewMs;
  }

  stop(): void {
    this.#gauges.stop();
  }

  #about(account: string) {
    return { [ATTRIBUTE.account]: this.#names.of(account) };
  }
}

/** A second 401 shows that the token was not the cause; any other status shows that it was. */
function replayOutcome(status: number): 'accepted' | 'refused' | 'other' {
  if (status === 0) return 'other';
  return status === 401 ? 'refused' : 'accepted';
}
