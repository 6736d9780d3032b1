import { isSpanContextValid, type Link, type SpanContext, trace } from '@opentelemetry/api';

/** As many as SDKs keep for a span by default. */
export const MAX_LINKS = 128;

/** The distinct spans of callers, as many as a span can be linked to. */
export class LinkedCallers {
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
export function activeCaller(): SpanContext | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  return context !== undefined && isSpanContextValid(context) ? context : undefined;
}
