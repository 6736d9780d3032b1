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
 * One span for each token request. It is nobody's child, because it serves any number of callers: it starts a trace of its
 * own, linked to the span of each caller that waited.
 */
export class TokenRequestSpans {
  readonly #tracer: Tracer;
  readonly #names: AccountNames;
  readonly #name: string;
  readonly #server: Attributes;
  /** Only of accounts for which somebody waits, or a request runs. */
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
    // Not in the context of whoever was first: neither its trace nor its baggage is to travel with everybody's request.
    const span = this.#tracer.startSpan(this.#name, { kind: SpanKind.CLIENT, attributes, links }, ROOT_CONTEXT);
    return {
      run: (send) => context.with(trace.setSpan(ROOT_CONTEXT, span), send),
      end: ({ status, failure }: ContaSimplesTokenRequestResult) => {
        endRequest();
        this.#forgetIdle(account, waiting);
        const late = callers.take();
        if (late.length > 0) span.addLinks(late);
        // Not earlier: the first token of an account may have given it a name.
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

/** As many as SDKs keep for a span by default. */
export const MAX_LINKS = 128;

/** The distinct spans of callers, as many as a span can be linked to. */
class LinkedCallers {
  readonly #callers = new Map<string, SpanContext>();
  #taken = 0;

  add(caller: SpanContext): void {
    if (this.#callers.size < MAX_LINKS) this.#callers.set(`${caller.traceId}:${caller.spanId}`, caller);
  }

  /** Links to those that were added since this was last called. */
  take(): Link[] {
    const added = [...this.#callers.values()].slice(this.#taken);
    this.#taken = this.#callers.size;
    return added.map((context) => ({ context }));
  }
}

interface Wait {
  readonly caller: SpanContext;
}

/** The callers of one account that wait for its token now, each with the span it was in when it began to. */
export class WaitingCallers {
  readonly #waits = new Set<Wait>();
  /** Requests under way, to which whoever begins to wait now will be linked as well. */
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

  /** All that wait now, and until `end` all that come. */
  request(): { readonly callers: LinkedCallers; end(): void } {
    const callers = new LinkedCallers();
    for (const { caller } of this.#waits) callers.add(caller);
    this.#requests.add(callers);
    return { callers, end: () => this.#requests.delete(callers) };
  }
}

/** The span the code runs in, if it is one that anybody could look up. */
function activeCaller(): SpanContext | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  return context !== undefined && isSpanContextValid(context) ? context : undefined;
}
