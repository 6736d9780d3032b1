import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type {
  ContaSimplesTelemetrySource,
  ContaSimplesTokenRequest,
  ContaSimplesTokenRequestResult,
  ContaSimplesTokenRequestTelemetry,
} from '../observability/telemetry.js';
import { type AccountNames, ATTRIBUTE, errorType } from './attributes.js';

const NOTHING_TO_LEAVE = () => {};

/**
 * One span for each token request. It serves any number of callers, so it has no parent: it starts a new trace and is
 * linked to the span of each caller that waited.
 */
export class TokenRequestSpans {
  readonly #tracer: Tracer;
  readonly #names: AccountNames;
  readonly #name: string;
  readonly #server: Attributes;
  /** Only accounts with waiting callers or a running request. */
  readonly #waiting = new Map<string, WaitingCallers>();

  constructor(tracer: Tracer, { tokenUrl, tokenPath }: ContaSimplesTelemetrySource, names: AccountNames) {
    const { hostname, port, protocol } = new URL(tokenUrl);
    this.#tracer = tracer;
    this.#names = names;
    this.#name = `POST ${tokenPath}`;
    this.#server = {
      [ATTRIBUTE.method]: 'POST',
      [ATTRIBUTE.urlTemplate]: tokenPath,
      [ATTRIBUTE.serverAddress]: hostname.replace(/^\[|\]$/g, ''),
      [ATTRIBUTE.serverPort]: Number(port) || (protocol === 'https:' ? 443 : 80),
    };
  }

  callerWaits(account: string): () => void {
    const caller = activeCaller();
    if (caller === undefined) return NOTHING_TO_LEAVE;
    const waiting = this.#of(account);
    const leave = waiting.enter(caller);
    return () => {
      leave();
      this.#forgetIdle(account, waiting);
    };
  }

  start({ account, cause }: ContaSimplesTokenRequest): ContaSimplesTokenRequestTelemetry {
    const waiting = this.#of(account);
    const { callers, end: endRequest } = waiting.request();
    const links = callers.take();
    const attributes = { ...this.#server, [ATTRIBUTE.cause]: cause };
    // Not in the context of the first caller: a request for all callers must not carry its trace or baggage.
    const span = this.#tracer.startSpan(this.#name, { kind: SpanKind.CLIENT, attributes, links }, ROOT_CONTEXT);
    return {
      run: (send) => context.with(trace.setSpan(ROOT_CONTEXT, span), send),
      end: ({ status, failure }: ContaSimplesTokenRequestResult) => {
        endRequest();
        this.#forgetIdle(account, waiting);
        const late = callers.take();
        if (late.length > 0) span.addLinks(late);
        // Not earlier: an account is admitted by its first token.
        span.setAttribute(ATTRIBUTE.account, this.#names.of(account));
        if (status !== undefined) span.setAttribute(ATTRIBUTE.status, status);
        if (failure !== undefined) span.setAttributes(errorType(failure)).setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  #of(account: string): WaitingCallers {
    const waiting = this.#waiting.get(account) ?? new WaitingCallers();
    this.#waiting.set(account, waiting);
    return waiting;
  }

  #forgetIdle(account: string, waiting: WaitingCallers): void {
    if (waiting.isIdle && this.#waiting.get(account) === waiting) this.#waiting.delete(account);
  }
}

/** The default limit of SDKs for one span. */
export const MAX_LINKS = 128;

/** The distinct spans of callers, up to the number of links that a span can have. */
class LinkedCallers {
  readonly #callers = new Map<string, SpanContext>();
  #taken = 0;

  add(caller: SpanContext): void {
    if (this.#callers.size < MAX_LINKS) this.#callers.set(`${caller.traceId}:${caller.spanId}`, caller);
  }

  /** Links to the callers added since the last call. */
  take(): Link[] {
    const added = [...this.#callers.values()].slice(this.#taken);
    this.#taken = this.#callers.size;
    return added.map((context) => ({ context }));
  }
}

interface Wait {
  readonly caller: SpanContext;
}

/** The callers that wait for one account's token, each with its active span at the start of the wait. */
export class WaitingCallers {
  readonly #waits = new Set<Wait>();
  /** Running requests; callers that start to wait now are linked to them too. */
  readonly #requests = new Set<LinkedCallers>();

  get isIdle(): boolean {
    return this.#waits.size === 0 && this.#requests.size === 0;
  }

  enter(caller: SpanContext): () => void {
    const wait = { caller };
    this.#waits.add(wait);
    for (const request of this.#requests) request.add(caller);
    return () => this.#waits.delete(wait);
  }

  /** All callers that wait now, and until `end` those that join. */
  request(): { readonly callers: LinkedCallers; end(): void } {
    const callers = new LinkedCallers();
    for (const { caller } of this.#waits) callers.add(caller);
    this.#requests.add(callers);
    return { callers, end: () => this.#requests.delete(callers) };
  }
}

/** The active span, if its context is valid. */
function activeCaller(): SpanContext | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  return context !== undefined && isSpanContextValid(context) ? context : undefined;
}
