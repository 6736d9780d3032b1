import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import FormData from 'form-data';

const KIB = 1_024;
const megabyte = randomBytes(KIB * KIB);
const kilobyte = { text: 'x'.repeat(KIB) };
const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field-${index}`, `value ${index}`]));
const part = randomBytes(100 * KIB);

function formWithParts(count) {
  const form = new FormData();
  for (let index = 0; index < count; index++) form.append(`part-${index}`, part, { filename: `${index}.bin` });
  return form;
}

function formWithBlob() {
  const form = new globalThis.FormData();
  form.append('file', new Blob([megabyte]), 'file.bin');
  return form;
}

/** The uploads, and how often in one round that looks for blocks: it should take some tens of milliseconds. */
export const UPLOADS = [
  { name: 'JSON, 1 KiB', times: 60, send: (axios, path, config) => axios.post(path, kilobyte, config) },
  { name: 'Buffer, 1 MiB', times: 12, send: (axios, path, config) => axios.post(path, megabyte, config) },
  { name: 'stream, 1 MiB', times: 12, send: (axios, path, config) => axios.post(path, chunks(), config) },
  {
    name: 'FormData with a Blob, 1 MiB',
    times: 6,
    send: (axios, path, config) => axios.post(path, formWithBlob(), config),
  },
  { name: 'postForm, 5,000 fields', times: 2, send: (axios, path, config) => axios.postForm(path, fields, config) },
  {
    name: 'form-data, 400 parts of 100 KiB',
    times: 1,
    send: (axios, path, config) => axios.post(path, formWithParts(400), config),
  },
];

function chunks() {
  return Readable.from(
    Array.from({ length: 16 }, (_, index) => megabyte.subarray(index * 64 * KIB, (index + 1) * 64 * KIB)),
    { objectMode: false },
  );
}
