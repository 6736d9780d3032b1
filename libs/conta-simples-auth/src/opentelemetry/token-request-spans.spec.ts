import { describe, expect, it } from '@jest/globals';
import type { SpanContext } from '@opentelemetry/api';
import { MAX_LINKS, WaitingCallers } from './token-request-spans.js';

const caller = (number: number): SpanContext => ({
  traceId: 'f'.repeat(32),
  spanId: number.toString(16).padStart(16, '0'),
  traceFlags: 1,
});

const spans = (links: readonly { context: SpanContext }[]) => links.map(({ context }) => Number(`0x${context.spanId}`));

describe('waiting callers', () => {
  it('are linked once each: those there at the start first, those that come later afterwards', () => {
    const waiting = new WaitingCallers();
    waiting.enter(caller(1));
    waiting.enter(caller(1));
    waiting.enter(caller(2))();
    const { callers, end } = waiting.request();
    expect(spans(callers.take())).toEqual([1]);
    waiting.enter(caller(3))();
    waiting.enter(caller(1));
    expect(spans(callers.take())).toEqual([3]);
    end();
    waiting.enter(caller(4));
    expect(callers.take()).toEqual([]);
  });

  it('are linked up to the bound, counting those already taken', () => {
    const waiting = new WaitingCallers();
    for (let number = 1; number <= 100; number++) waiting.enter(caller(number));
    const { callers } = waiting.request();
    expect(callers.take()).toHaveLength(100);
    for (let number = 101; number <= 300; number++) waiting.enter(caller(number));
    expect(callers.take()).toHaveLength(MAX_LINKS - 100);
  });

  it('leave nothing behind', () => {
    const waiting = new WaitingCallers();
    const leave = [waiting.enter(caller(1)), waiting.enter(caller(1))];
    const { end } = waiting.request();
    for (const one of leave) one();
    expect(waiting.isIdle).toBe(false);
    end();
    expect(waiting.isIdle).toBe(true);
  });
});
