import {
  type Attributes,
  context,
  ROOT_CONTEXT,
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
import type { AccountNames } from './account-names.js';
import { ATTRIBUTE, errorType } from './attributes.js';
import { activeCaller, WaitingCallers } from './waiting-callers.js';

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
