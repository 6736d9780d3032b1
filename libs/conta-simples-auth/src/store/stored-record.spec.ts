import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFailure, readToken, writeFailure, writeToken } from './stored-record.js';

const token = { value: 'a.b.c', lifeMs: 1_800_000, leftMs: 1_799_000, writtenAt: 1_700_000_000_000 };
const failure = {
  failure: { kind: 'credentials_rejected', what: 'x', status: 401 },
  waitMs: 60_000,
  writtenAt: 1_700_000_000_000,
} as const;

describe('a stored token', () => {
  it('is read as it was written', () => {
    expect(readToken(writeToken(token))).toEqual(token);
  });

  it.each([
    ['no version', { v: undefined }],
    ['another version', { v: 2 }],
    ['no value', { value: undefined }],
    ['a value no header may carry', { value: 'a\r\nb' }],
    ['a value that is no string', { value: 5 }],
    ['no lifetime', { lifeMs: undefined }],
    ['a lifetime of nothing', { lifeMs: 0 }],
    ['a lifetime of two years', { lifeMs: 2 * 366 * 24 * 3_600_000 }],
    ['more left than its lifetime', { leftMs: 1_800_001 }],
    ['nothing left', { leftMs: 0 }],
    ['no time of writing', { writtenAt: 'yesterday' }],
  ])('is a miss with %s', (_what, change) => {
    expect(readToken(JSON.stringify({ ...JSON.parse(writeToken(token)), ...change }))).toBeUndefined();
  });
});

describe('a stored failure', () => {
  it('keeps its kind, its status and its wait, in the words of the library', () => {
    expect(readFailure(writeFailure(failure))).toEqual({
      failure: {
        kind: 'credentials_rejected',
        status: 401,
        what: 'Another process was answered 401 by the token endpoint',
      },
      waitMs: 60_000,
      writtenAt: 1_700_000_000_000,
    });
  });

  it.each([
    ['an unknown kind', { kind: 'constructor' }],
    ['a kind that concerns one process', { kind: 'credentials_unavailable' }],
    ['a kind of a call', { kind: 'not_replayable' }],
    ['a wait of nothing', { waitMs: 0 }],
    ['a wait of a day', { waitMs: 86_400_000 }],
    ['a time of writing that is none', { writtenAt: 'yesterday' }],
  ])('is a miss with %s', (_what, change) => {
    expect(readFailure(JSON.stringify({ ...JSON.parse(writeFailure(failure)), ...change }))).toBeUndefined();
  });

  it('is read without a time of writing, as older versions wrote it', () => {
    const text = JSON.stringify({ ...JSON.parse(writeFailure(failure)), writtenAt: undefined });
    expect(readFailure(text)).toMatchObject({ waitMs: 60_000, writtenAt: undefined });
  });

  it.each([
    'credentials_rejected',
    'forbidden',
    'request_rejected',
    'edge_blocked',
    'rate_limited',
    'server_error',
    'unexpected_redirect',
    'invalid_response',
    'timeout',
    'network_error',
    'tls_error',
    'proxy_error',
  ])('is read with each kind that version 0.1 wrote: %s', (kind) => {
    const text = JSON.stringify({ ...JSON.parse(writeFailure(failure)), kind });
    expect(readFailure(text)).toMatchObject({ failure: { kind } });
  });

  it('does not show a status that is none', () => {
    const record = readFailure(JSON.stringify({ ...JSON.parse(writeFailure(failure)), status: 'leak' }));
    expect(JSON.stringify(record)).not.toContain('leak');
  });
});

it('never throws, and shows nothing of what it read, for any text', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('null', '[]', '{"v":1}', '{"__proto__":{"v":1}}')),
      (text) => {
        const read = readToken(text);
        expect(read === undefined || read.leftMs <= read.lifeMs).toBe(true);
        expect(readFailure(text)?.waitMs ?? 1).toBeGreaterThan(0);
      },
    ),
    { numRuns: 1_000 },
  );
});
