import { Logger } from '@nestjs/common';
import type { ContaSimplesTokenEvent } from '../model/events.js';
import { callSafely } from '../support/call-safely.js';
import type { Clock } from '../support/clock.js';
import type { KeeperObserver } from '../token/keeper-settings.js';
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
 * Calls the application's telemetry. Every error that it throws or rejects with is caught here; the first is logged. Its
 * session starts late, so that it finds providers that were registered while the application was created.
 */
export class IsolatedTelemetry implements KeeperObserver {
  readonly #telemetry: ContaSimplesTelemetry;
  readonly #source: ContaSimplesTelemetrySource;
  readonly #clock: Clock;
  readonly #onError = (error: unknown) => this.#failed(error);
  #session: ContaSimplesTelemetrySession | undefined;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #isLogged = false;

  constructor(telemetry: ContaSimplesTelemetry, source: ContaSimplesTelemetrySource, clock: Clock) {
    this.#telemetry = telemetry;
    this.#source = source;
    this.#clock = clock;
  }

  /** Later calls have no effect. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    this.#session = callSafely(() => this.#telemetry.start(this.#source), this.#onError);
  }

  stop(): void {
    const wasStarted = this.#state === 'started';
    this.#state = 'stopped';
    if (wasStarted) this.#call((session) => session.stop());
  }

  event(event: ContaSimplesTokenEvent): void {
    this.#call((session) => session.event(event));
  }

  callerWaits(account: string): () => void {
    const leave = this.#call((session) => session.callerWaits(account));
    return typeof leave === 'function' ? () => callSafely(leave, this.#onError) : NOTHING_TO_LEAVE;
  }

  servedWhileFailing(account: string): void {
    this.#call((session) => session.servedWhileFailing(account));
  }

  storeOperation(operation: ContaSimplesStoreOperation): void {
    this.#call((session) => session.storeOperation(operation));
  }

  leaseWait(wait: ContaSimplesLeaseWait): void {
    this.#call((session) => session.leaseWait(wait));
  }

  recordRefused(): void {
    this.#call((session) => session.recordRefused());
  }

  clockSkew(skewMs: number): void {
    this.#call((session) => session.clockSkew(skewMs));
  }

  /** Sends the request exactly once, also if the telemetry does not call `send` or calls it twice, and returns its outcome. */
  async tokenRequest(about: ContaSimplesTokenRequest, send: () => Promise<TokenOutcome>): Promise<TokenOutcome> {
    const observed = this.#call((session) => session.tokenRequest(about));
    const startedAt = this.#clock.monotonic();
    const end = (result: Omit<Parameters<ContaSimplesTokenRequestTelemetry['end']>[0], 'durationMs'>) =>
      callSafely(() => observed?.end({ durationMs: this.#clock.monotonic() - startedAt, ...result }), this.#onError);
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
    if (observed) callSafely(() => observed.run(sendOnce), this.#onError);
    return sendOnce();
  }

  #call<T>(call: (session: ContaSimplesTelemetrySession) => T): T | undefined {
    this.start();
    const session = this.#session;
    return session && callSafely(() => call(session), this.#onError);
  }

  #failed(error: unknown): void {
    if (this.#isLogged) return;
    this.#isLogged = true;
    const name = error instanceof Error ? error.name : typeof error;
    try {
      new Logger('ContaSimplesAuth').error(`The telemetry failed (${name}): tokens and calls are unaffected`);
    } catch {
      // An application's logger that throws must not make a refresh fail.
    }
  }
}
