import type { Clock, Instant } from '../token/clock.js';
import type { TokenFailure, TokenOutcome } from '../token/token-source.js';
import { classifyAnswer } from './classify-response.js';
import { isOfEdge } from './edge-answer.js';
import { ownField, parseObject } from './json-object.js';
import type { BodyResult } from './read-body.js';
import { requestId } from './request-id.js';
import { httpDate, retryAfterMs } from './retry-after.js';
import { readTokenAnswer } from './token-answer.js';

/** Everything the token endpoint said. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: BodyResult;
  readonly sentAt: Instant;
}

export interface ReadingOptions {
  readonly clock: Clock;
  readonly allowMissingTokenType: boolean;
  readonly warn: (what: string) => void;
  /** Whether a text from the server repeats part of a secret, and must not be shown. */
  readonly isSecret: (text: string) => boolean;
}

/** What an answer means: a token, or a failure in words of ours. Nothing the server wrote is passed on but its request id. */
export function readExchange(answer: RawAnswer, options: ReadingOptions): TokenOutcome {
  const { status, headers, body, sentAt } = answer;
  const text = body.ok ? body.text : undefined;
  const contentType = headerText(headers, 'content-type');
  const id = requestId(headers, text, options.isSecret);
  const about = { status, ...(id !== undefined && { requestId: id }) };
  const invalid = (what: string): TokenOutcome => ({
    ok: false,
    failure: { kind: 'invalid_response', what, ...about },
  });
  const failed = (error: string | undefined): TokenOutcome => {
    const isHtml = /html/i.test(contentType ?? '') || /^\s*<(?:!doctype|html)/i.test(text ?? '');
    const wished = retryAfterMs(headers['retry-after'], headers.date, options.clock.now());
    const failure = classifyAnswer({
      status,
      isHtml,
      isOfEdge: isOfEdge(headers, text),
      error,
      retryAfterMs: wished,
      requestId: id,
    });
    if (wished !== undefined && failure.retryAfterMs !== undefined && failure.retryAfterMs < wished) {
      options.warn('Retry-After is longer than 15 minutes, 15 minutes are waited');
    }
    return { ok: false, failure };
  };

  if (status !== 200) {
    const error = text === undefined ? undefined : ownField(parseObject(text), 'error');
    return failed(typeof error === 'string' ? error : undefined);
  }
  const encoding = headerText(headers, 'content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return invalid('The answer is compressed, though it was asked not to be');
  }
  if (!body.ok) return { ok: false, failure: { ...BODY_FAILURE[body.reason], ...about } };

  const answeredAt = httpDate(headerText(headers, 'date') ?? '', options.clock.now());
  const { allowMissingTokenType } = options;
  const token = readTokenAnswer(body.text, { contentType, answeredAt, allowMissingTokenType });
  if (token.ok) {
    for (const warning of token.warnings) options.warn(warning);
    return { ok: true, grant: { value: token.value, lifeMs: token.lifeMs, sentAt } };
  }
  if (token.error !== undefined) return failed(token.error);
  return invalid(`${token.what} (${body.bytes} bytes of ${contentType ? 'a declared type' : 'no declared type'})`);
}

const BODY_FAILURE: Record<Exclude<BodyResult, { ok: true }>['reason'], TokenFailure> = {
  too_large: { kind: 'invalid_response', what: 'The answer is longer than 64 KiB' },
  not_utf8: { kind: 'invalid_response', what: 'The answer is not UTF-8' },
  broken_off: { kind: 'network_error', what: 'The answer broke off' },
};

function headerText(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
