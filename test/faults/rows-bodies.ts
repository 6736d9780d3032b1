import { gzipSync } from 'node:zlib';
import { answer, CANARY, json } from './bodies.js';
import { EMULATED_FACTS, emulated, type FaultSource } from './emulator-stage.js';
import { granted, type Promised, type Row, transient } from './row.js';

const invalid = transient('invalid_response', { status: 200 });
const HTML = `<html><title>${CANARY}</title></html>`;
const ENCODED = { contentType: 'application/json', headers: { 'content-encoding': 'gzip' } };

function row(id: string, fault: string, how: FaultSource, promised: Promised = invalid, rest: Partial<Row> = {}): Row {
  return { id, fault, stage: emulated(how), promised, facts: EMULATED_FACTS, ...rest };
}

const NOT_OBJECTS = { '`null`': 'null', 'an array': `[${answer()}]`, 'a number': '1800', 'a string': `"${CANARY}"` };

export const BODY_ROWS: readonly Row[] = [
  row('B01', '200 HTML', { body: HTML, contentType: 'text/html' }),
  row('B01', '200 text', { body: CANARY }),
  row('B02', '200 with an empty body', { body: '' }),
  row('B02', '204', { status: 204 }, transient('invalid_response', { status: 204 })),
  row('B03', 'invalid JSON', json(`{access_token:'${CANARY}'}`)),
  row('B03', 'truncated JSON', json(answer().slice(0, 40))),
  row('B03', 'truncated JSON, ended by the connection alone', {
    raw: `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${answer().slice(0, 40)}`,
  }),
  ...Object.entries(NOT_OBJECTS).map(([what, body]) => row('B04', what, json(body))),
  row('B05', 'more than 64 KiB', json(answer().padEnd(64 * 1_024 + 1)), invalid, {
    note: 'the connection is closed at the limit',
  }),
  row(
    'B05',
    'a body without end',
    { body: CANARY.repeat(1_000), drip: { chunkBytes: 16_384, intervalMs: 1, endless: true } },
    invalid,
    { note: 'the connection is closed at the limit' },
  ),
  row('B06', 'gzip of 16 MiB of nothing', { body: gzipSync(Buffer.alloc(16 * 1_024 * 1_024)), ...ENCODED }),
  row('B06', 'truncated gzip', { body: gzipSync(answer()).subarray(0, 30), ...ENCODED }),
  row('B06', 'gzip in gzip', {
    body: gzipSync(gzipSync(answer())),
    contentType: 'application/json',
    headers: { 'content-encoding': 'gzip, gzip' },
  }),
  row('B06', 'an unknown encoding', { ...json(answer()), headers: { 'content-encoding': 'unheard-of' } }),
  row('B09', 'a token behind `__proto__`', json(`{"__proto__":${answer()}}`)),
  row('B09', 'a token behind `constructor`', json(`{"constructor":{"prototype":${answer()}}}`)),
  row('B09', '10,000 arrays in each other', json('['.repeat(10_000) + ']'.repeat(10_000))),
  row(
    'B09',
    'a token beside `__proto__` and 10,000 arrays',
    json(`{"__proto__":{"polluted":1},"x":${'['.repeat(10_000)}${']'.repeat(10_000)},${answer().slice(1)}`),
    granted(),
  ),
  row('B10', 'JSON declared as text/plain', { contentType: 'text/plain' }, granted(), {
    warnings: ['Content-Type is not JSON'],
  }),
  row('B10', 'JSON without a declared type', { headers: { 'content-type': null } }, granted(), {
    warnings: ['Content-Type is not JSON'],
  }),
];
