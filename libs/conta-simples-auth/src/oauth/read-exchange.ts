import type { Clock, Instant } from '../support/clock.js';
import type { TokenOutcome } from '../token/token-source.js';
import { classifyAnswer } from './classify-response.js';
import { isOfEdge, isPage } from './edge-answer.js';
import type { EndpointAddress } from './endpoint-address.js';
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
  readonly address: EndpointAddress;
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
      url: options.address.url,
      isHtml,
      isPage: isPage(contentType, text),
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
  if (!body.ok) {
    if (body.reason !== 'broken_off') return invalid(UNREADABLE[body.reason]);
    const what = `The answer of the token endpoint at ${options.address.host} broke off`;
    return { ok: false, failure: { kind: 'network_error', what, ...about } };
  }

  const answeredAt = httpDate(headerText(headers, 'date') ?? '', options.clock.now());
  const { allowMissingTokenType } = options;
  const token = readTokenAnswer(body.text, { contentType, answeredAt, allowMissingTokenType });
  if (token.ok) {
    for (const warning of token.warnings) options.warn(warning);
    return { ok: true, grant: { value: token.value, lifetimeMs: token.lifetimeMs, sentAt } };
  }
  if (token.error !== undefined) return failed(token.error);
  return invalid(`${token.what} (${body.bytes} bytes of ${contentType ? 'a declared type' : 'no declared type'})`);
}

const UNREADABLE: Record<'too_large' | 'not_utf8', string> = {
  too_large: 'The answer is longer than 64 KiB',
  not_utf8: 'The answer is not UTF-8',
};

function headerText(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
