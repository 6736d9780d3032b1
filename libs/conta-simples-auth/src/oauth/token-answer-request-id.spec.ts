import { describe, expect, it } from '@jest/globals';
import { sharesRun } from '../support/shares-run.js';
import * as answers from './token-answer.js';

const requestId = (headers: Record<string, unknown>, body: string | undefined, isSecret: (text: string) => boolean) =>
  answers.requestId(headers, body === undefined ? undefined : answers.parseObject(body), isSecret);

const harmless = () => false;

describe('requestId', () => {
  it('is taken from the header', () => {
    expect(requestId({ 'x-request-id': 'req_1-A' }, undefined, harmless)).toBe('req_1-A');
  });

  it('is taken from the body where the header has none', () => {
    expect(requestId({}, '{"requestId":"req_2"}', harmless)).toBe('req_2');
  });

  it('is taken from the header where both have one', () => {
    expect(requestId({ 'x-request-id': 'req_1' }, '{"requestId":"req_2"}', harmless)).toBe('req_1');
  });

  it('may have 64 characters', () => {
    expect(requestId({ 'x-request-id': 'a'.repeat(64) }, undefined, harmless)).toBe('a'.repeat(64));
  });

  it.each([
    'a'.repeat(65),
    '',
    'req 1',
    'req.1',
    'req\n1',
    'req_1\n',
    'req_\u00e9',
    '<b>',
    5,
    null,
    undefined,
    ['req_1'],
  ])('is left out where the header is %p', (header) => {
    expect(requestId({ 'x-request-id': header }, undefined, harmless)).toBeUndefined();
  });

  it.each([
    'null',
    '[]',
    '"req_1"',
    '{"requestId":5}',
    '{"requestId":"a b"}',
    '{"__proto__":{"requestId":"req_1"}}',
    '<html>',
    '',
    '['.repeat(10_000),
  ])('is left out where the body is %p', (body) => {
    expect(requestId({}, body, harmless)).toBeUndefined();
  });

  it.each([
    ['12 characters of a secret', 'x-cret-0123456', undefined],
    ['11 characters of a secret', 'x_t-012345678_x', 'x_t-012345678_x'],
  ])('is taken only if harmless, with %s', (_what, header, expected) => {
    const isSecret = (text: string) => sharesRun(text, 'my-secret-0123456789');
    expect(requestId({ 'x-request-id': header }, undefined, isSecret)).toBe(expected);
  });

  it('is left out where it repeats part of the token in the same answer', () => {
    const body = '{"access_token":"abcdefghijklmnopqrstuvwxyz"}';
    expect(requestId({ 'x-request-id': 'req_defghijklmno' }, body, harmless)).toBeUndefined();
  });

  it('is taken from the body where the one of the header is secret', () => {
    expect(requestId({ 'x-request-id': 'secret' }, '{"requestId":"req_2"}', (text) => text === 'secret')).toBe('req_2');
  });
});
