import { describe, expect, it } from '@jest/globals';
import * as answers from './classify-failure.js';
import { parseObject } from './token-answer.js';

const isOfEdge = (headers: Readonly<Record<string, unknown>>, text: string | undefined) =>
  answers.isOfEdge(headers, { text, json: text === undefined ? undefined : parseObject(text) });

const CLOUDFLARE = { server: 'cloudflare', 'cf-ray': '8f0c1d2e3f4a5b6c-GRU' };

describe('an answer of the CDN', () => {
  it.each([
    ['by its line', {}, 'error code: 1010'],
    ['by its line, after white space', {}, '\nError code: 1020\n'],
    ['by the server', { server: 'cloudflare' }, 'Access denied'],
    ['by the server, in other letters', { server: 'Cloudflare/2' }, 'Access denied'],
    ['by the ray', { 'cf-ray': '8f0-GRU' }, 'Access denied'],
  ])('is known %s', (_how, headers, body) => {
    expect(isOfEdge(headers, body)).toBe(true);
  });

  it.each([
    ['text of another server', { server: 'nginx' }, 'Forbidden'],
    ['text of an unknown server', {}, 'Forbidden'],
    ['a code of another kind', {}, 'error code: 403'],
    ['a code of five digits', {}, 'error code: 10101'],
    ['a sentence about a code', {}, 'there was an error code: 1010'],
    ['JSON, which is of the API behind it', CLOUDFLARE, '{"error":"access_denied"}'],
    ['nothing', CLOUDFLARE, ' '],
    ['a body that did not arrive', CLOUDFLARE, undefined],
    ['another server that only names it', { server: 'behind-cloudflare' }, 'Forbidden'],
    ['a header that is repeated', { server: ['nginx', 'x'] }, 'Forbidden'],
  ])('is not %s', (_what, headers, body) => {
    expect(isOfEdge(headers, body)).toBe(false);
  });
});
