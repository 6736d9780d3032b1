import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { boot, closeAll } from '@support/boot.js';
import { TelemetrySdk } from '@support/telemetry-sdk.js';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(closeAll);
afterAll(() => context.disable());

const FOREVER = { times: Number.POSITIVE_INFINITY };

async function bootTraced({ ttlSeconds = 3, options = {} } = {}) {
  const sdk = new TelemetrySdk();
  const booted = await boot({
    emulator: { tokenTtlSeconds: ttlSeconds },
    options: { bootstrap: 'lazy', telemetry: sdk.telemetry(), ...options },
  });
  const application = sdk.tracerProvider.getTracer('application');
  /** Makes calls inside a span of the application's own. */
  const within = async <T>(calls: () => Promise<T>): Promise<Span> => {
    const span = application.startSpan('GET /invoices');
    await context.with(trace.setSpan(ROOT_CONTEXT, span), calls);
    span.end();
    return span;
  };
  const own = () => sdk.spans.filter(({ name }) => name.startsWith('POST '));
  return { sdk, within, own, ...booted };
}

const ids = (spans: readonly Span[]) => spans.map((span) => span.spanContext().spanId).sort();

describe('a token request', () => {
  it('is one span that names endpoint, account, cause and status, and begins a new trace', async () => {
    const { own, within, tokens, emulator } = await bootTraced();
    const caller = await within(() => tokens.getToken());
    const [span, ...others] = own();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: 'POST /oauth/v1/access-token',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      instrumentationScope: { name: 'nestjs-conta-simples-auth', version: '0.2.0' },
    });
    expect(span?.attributes).toEqual({
      'http.request.method': 'POST',
      'url.template': '/oauth/v1/access-token',
      'server.address': '127.0.0.1',
      'server.port': emulator.port,
      'conta_simples_auth.account': 'default',
      'conta_simples_auth.cause': 'first',
      'http.response.status_code': 200,
    });
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.spanContext().traceId).not.toBe(caller.spanContext().traceId);
  });

  it('is linked to each span in which a caller waited for it: from the start, or later, or not to the end', async () => {
    const { own, within, tokens, emulator } = await bootTraced();
    emulator.latencyMs = { token: 150 };
    const early = [within(() => Promise.all([tokens.getToken(), tokens.getToken()])), within(() => tokens.getToken())];
    await emulator.waitForRequest('token');
    const late = within(() => tokens.getToken());
    const impatient = within(() => tokens.getToken(undefined, { timeoutMs: 20 }).catch(() => {}));
    const callers = await Promise.all([...early, late, impatient]);
    const cached = await within(() => tokens.getToken());
    const [span] = own();
    expect(own()).toHaveLength(emulator.counts.token.total);
    expect(span?.links.map((link) => link.context.spanId).sort()).toEqual(ids(callers));
    expect(ids(callers)).not.toContain(cached.spanContext().spanId);
  });

  it('is linked to 128 spans at most, however many callers wait', async () => {
    const { own, within, tokens, emulator } = await bootTraced();
    await Promise.all(Array.from({ length: 300 }, () => within(() => tokens.getToken())));
    expect(emulator.counts.token.total).toBe(1);
    expect(own()).toHaveLength(1);
    expect(own()[0]?.links).toHaveLength(128);
  });

  it('that no caller waits for has no link, although a call set its timer', async () => {
    const { own, within, tokens, emulator } = await bootTraced({ ttlSeconds: 1, options: { refreshAt: 0.3 } });
    await within(() => tokens.getToken());
    await emulator.waitForRequest('token', 2, { answered: true });
    await tokens.refresh();
    const renewal = own()[1];
    expect(renewal?.attributes['conta_simples_auth.cause']).toBe('scheduled');
    expect(renewal?.parentSpanContext).toBeUndefined();
    expect(renewal?.links).toEqual([]);
  });

  it('that fails says how; the second one is linked to the callers that still waited', async () => {
    const { own, within, tokens, emulator } = await bootTraced();
    emulator.fail('token', { status: 503 });
    const caller = await within(() => tokens.getToken());
    const [failed, second] = own();
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(failed?.attributes).toMatchObject({ 'error.type': 'server_error', 'http.response.status_code': 503 });
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
    for (const span of [failed, second]) {
      expect(span?.links.map((link) => link.context.spanId)).toEqual(ids([caller]));
    }
  });

  it('that gets no answer has no status code', async () => {
    const { own, tokens, emulator } = await bootTraced();
    emulator.fail('token', { reset: 'before-headers' });
    await tokens.getToken();
    expect(own()[0]?.attributes).toMatchObject({ 'error.type': 'network_error' });
    expect(own()[0]?.attributes).not.toHaveProperty('http.response.status_code');
  });

  it('that a shutdown breaks off is ended all the same', async () => {
    const { own, tokens, app, emulator } = await bootTraced();
    emulator.fail('token', { hang: true }, FOREVER);
    const waiting = expect(tokens.getToken()).rejects.toMatchObject({ kind: 'shut_down' });
    await emulator.waitForRequest('token');
    await app.close();
    await waiting;
    expect(own().map(({ attributes }) => attributes['error.type'])).toEqual(['timeout']);
  });

  it('is sent inside its span, without the baggage of the first caller', async () => {
    const { own, tokens } = await bootTraced();
    const seen: { span: string | undefined; baggage: unknown }[] = [];
    const onRequest = () => {
      const span = trace.getActiveSpan()?.spanContext().spanId;
      seen.push({ span, baggage: propagation.getActiveBaggage() });
    };
    subscribe('http.client.request.start', onRequest);
    const baggage = propagation.createBaggage({ company: { value: 'not for the token endpoint' } });
    await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => tokens.getToken());
    unsubscribe('http.client.request.start', onRequest);
    expect(seen).toEqual([{ span: own()[0]?.spanContext().spanId, baggage: undefined }]);
  });
});
