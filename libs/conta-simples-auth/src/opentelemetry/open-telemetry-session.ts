import type { ContaSimplesTokenEvent } from '../model/events.js';
import type {
  ContaSimplesLeaseWait,
  ContaSimplesStoreOperation,
  ContaSimplesTelemetrySession,
  ContaSimplesTokenRequest,
  ContaSimplesTokenRequestTelemetry,
} from '../observability/telemetry.js';
import type { AccountNames } from './account-names.js';
import { ATTRIBUTE, errorType } from './attributes.js';
import type { Gauges } from './gauges.js';
import type { Instruments } from './instruments.js';
import type { TokenRequestSpans } from './token-request-spans.js';

export interface OpenTelemetrySessionParts {
  readonly instruments: Instruments;
  readonly gauges: Gauges;
  readonly spans: TokenRequestSpans;
  readonly names: AccountNames;
}

/** Puts what the library tells into instruments and spans. */
export class OpenTelemetrySession implements ContaSimplesTelemetrySession {
  readonly #instruments: Instruments;
  readonly #gauges: Gauges;
  readonly #spans: TokenRequestSpans;
  readonly #names: AccountNames;

  constructor({ instruments, gauges, spans, names }: OpenTelemetrySessionParts) {
    this.#instruments = instruments;
    this.#gauges = gauges;
    this.#spans = spans;
    this.#names = names;
    // A counter that appears with its first event shows no increase: what must never happen is to be seen at once.
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
        // Without account and cause: how long the endpoint takes depends on neither.
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

/** 401 again shows that the token was not what was wrong; any other answer, that it was. */
function replayOutcome(status: number): 'accepted' | 'refused' | 'other' {
  if (status === 0) return 'other';
  return status === 401 ? 'refused' : 'accepted';
}
