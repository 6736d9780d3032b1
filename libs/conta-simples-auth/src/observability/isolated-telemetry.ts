import { Logger } from '@nestjs/common';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import type { Clock } from '../support/clock.js';
import { harmless } from '../support/harmless.js';
import type { KeeperObserver } from '../token/keeper-options.js';
import type { TokenOutcome } from '../token/token-source.js';
import type {
  ContaSimplesLeaseWait,
  ContaSimplesStoreOperation,
  ContaSimplesTelemetry,
  ContaSimplesTelemetrySession,
  ContaSimplesTelemetrySource,
  ContaSimplesTokenRequest,
  ContaSimplesTokenRequestTelemetry,
} from './telemetry.js';

const NOTHING_TO_LEAVE = () => {};

/**
 * The one edge between the library and a telemetry: whatever that throws ends here, and is logged once. Its session
 * begins late, so that providers registered while the application was put together are found.
 */
export class IsolatedTelemetry implements KeeperObserver {
  readonly #telemetry: ContaSimplesTelemetry;
  readonly #source: ContaSimplesTelemetrySource;
  readonly #clock: Clock;
  readonly #onError = (error: unknown) => this.#failed(error);
  #session: ContaSimplesTelemetrySession | undefined;
  #life: 'new' | 'started' | 'stopped' = 'new';
  #told = false;

  constructor(telemetry: ContaSimplesTelemetry, source: ContaSimplesTelemetrySource, clock: Clock) {
    this.#telemetry = telemetry;
    this.#source = source;
    this.#clock = clock;
  }

  /** Does nothing the second time. */
  start(): void {
    if (this.#life !== 'new') return;
    this.#life = 'started';
    this.#session = harmless(() => this.#telemetry.start(this.#source), this.#onError);
  }

  stop(): void {
    const wasStarted = this.#life === 'started';
    this.#life = 'stopped';
    if (wasStarted) this.#tell((session) => session.stop());
  }

  event(event: ContaSimplesTokenEvent): void {
    this.#tell((session) => session.event(event));
  }

  callerWaits(account: string): () => void {
    const leave = this.#tell((session) => session.callerWaits(account));
    return typeof leave === 'function' ? () => harmless(leave, this.#onError) : NOTHING_TO_LEAVE;
  }

  servedWhileFailing(account: string): void {
    this.#tell((session) => session.servedWhileFailing(account));
  }

  storeOperation(operation: ContaSimplesStoreOperation): void {
    this.#tell((session) => session.storeOperation(operation));
  }

  leaseWait(wait: ContaSimplesLeaseWait): void {
    this.#tell((session) => session.leaseWait(wait));
  }

  recordRefused(): void {
    this.#tell((session) => session.recordRefused());
  }

  clockSkew(skewMs: number): void {
    this.#tell((session) => session.clockSkew(skewMs));
  }

  /** Sends the request exactly once, whatever the telemetry makes of it, and returns its outcome untouched. */
  async tokenRequest(about: ContaSimplesTokenRequest, send: () => Promise<TokenOutcome>): Promise<TokenOutcome> {
    const observed = this.#tell((session) => session.tokenRequest(about));
    const startedAt = this.#clock.monotonic();
    const end = (result: Omit<Parameters<ContaSimplesTokenRequestTelemetry['end']>[0], 'durationMs'>) =>
      harmless(() => observed?.end({ durationMs: this.#clock.monotonic() - startedAt, ...result }), this.#onError);
    try {
      const outcome = await this.#within(observed, send);
      end(outcome.ok ? { status: 200 } : { failure: outcome.failure.kind, status: outcome.failure.status });
      return outcome;
    } catch (error) {
      end({ failure: 'network_error' });
      throw error;
    }
  }

  #within(
    observed: ContaSimplesTokenRequestTelemetry | undefined,
    send: () => Promise<TokenOutcome>,
  ): Promise<TokenOutcome> {
    let sent: Promise<TokenOutcome> | undefined;
    const sendOnce = () => {
      sent ??= send();
      return sent;
    };
    if (observed) harmless(() => observed.run(sendOnce), this.#onError);
    return sendOnce();
  }

  #tell<T>(call: (session: ContaSimplesTelemetrySession) => T): T | undefined {
    this.start();
    const session = this.#session;
    return session && harmless(() => call(session), this.#onError);
  }

  #failed(error: unknown): void {
    if (this.#told) return;
    this.#told = true;
    const name = error instanceof Error ? error.name : typeof error;
    try {
      new Logger('ContaSimplesAuth').error(`The telemetry failed (${name}): tokens and calls are unaffected`);
    } catch {
      // The application's own logger: a refresh must not fail because a line did.
    }
  }
}
