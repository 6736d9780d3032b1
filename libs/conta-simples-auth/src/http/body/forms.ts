import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/* Forms as bytes that can be sent any number of times: those of the platform, and those of the package `form-data`. */

const CRLF = '\r\n';

/**
 * The bytes of a `FormData`, with a fixed boundary: a client would choose another one for each send. Its files are not
 * read here, because a `Blob` may be on the disk. `undefined` if a part is no `Blob` of this platform.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 */
export function multipart(form: Iterable<[string, unknown]>): Blob | undefined {
  // In lower case, as a Blob converts its type.
  const boundary = `form-${randomBytes(16).toString('hex')}`;
  const parts: (string | Blob)[] = [];
  // Text between two files is one part of the Blob: reading a Blob takes time for each of its parts.
  let text = '';
  for (const [name, value] of form) {
    text += `--${boundary}${CRLF}Content-Disposition: form-data; name="${escaped(lineBreaks(name))}"`;
    if (typeof value === 'string') text += `${CRLF}${CRLF}${lineBreaks(value)}${CRLF}`;
    else if (value instanceof Blob) {
      parts.push(text + fileHead(value), value);
      text = CRLF;
    } else return undefined;
  }
  parts.push(`${text}--${boundary}--${CRLF}`);
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` });
}

function fileHead(file: Blob): string {
  const name = 'name' in file && typeof file.name === 'string' ? file.name : 'blob';
  const type = (file.type || 'application/octet-stream').replace(/[\r\n]/g, '');
  return `; filename="${escaped(name)}"${CRLF}Content-Type: ${type}${CRLF}${CRLF}`;
}

function lineBreaks(text: string): string {
  return text.replace(/\r\n?|\n/g, CRLF);
}

function escaped(text: string): string {
  return text.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
}

/** A form of the package `form-data`, or of another one with the same methods. */
interface NodeForm {
  getBuffer(): Buffer;
  getHeaders(): Record<string, string>;
}

/** More of `form-data`: each part is a head, a value, and a function that writes the line break. */
interface FormParts {
  readonly _streams: readonly unknown[];
  getBoundary(): string;
  getLengthSync(): number;
  hasKnownLength(): boolean;
}

const PART_METHODS = ['getBoundary', 'getLengthSync', 'hasKnownLength'] as const;

export interface WrittenForm {
  readonly data: Buffer;
  readonly contentType: string;
}

const LINE_BREAK = Buffer.from('\r\n');

export function isNodeForm(data: unknown): data is NodeForm {
  const form = data as Partial<NodeForm> | null;
  return typeof form?.getBuffer === 'function' && typeof form.getHeaders === 'function';
}

/** The bytes of a form. `undefined` if one of its parts is a stream. */
export function nodeFormBytes(form: NodeForm): WrittenForm | undefined {
  const contentType = form.getHeaders()['content-type'];
  if (contentType === undefined) return undefined;
  const data = hasParts(form) ? joinedParts(form) : bufferOf(form);
  return data && { data, contentType };
}

function hasParts(form: object): form is FormParts {
  const parts = form as Partial<FormParts>;
  return Array.isArray(parts._streams) && PART_METHODS.every((name) => typeof parts[name] === 'function');
}

/**
 * The same as `getBuffer()`, which copies all bytes again for each part: 400 parts of 100 KiB block the process for 10 s.
 * `undefined` if the parts do not have the length that the form states, for example because a function makes one.
 */
function joinedParts(form: FormParts): Buffer | undefined {
  if (!form.hasKnownLength()) return undefined;
  const boundary = form.getBoundary();
  const bytes: Uint8Array[] = [];
  for (const part of form._streams) {
    if (typeof part === 'string') {
      bytes.push(Buffer.from(part));
      if (!part.startsWith(boundary, 2)) bytes.push(LINE_BREAK);
    } else if (part instanceof Uint8Array) bytes.push(part, LINE_BREAK);
    else if (typeof part !== 'function') return undefined;
  }
  bytes.push(Buffer.from(`--${boundary}--`), LINE_BREAK);
  const length = bytes.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return length === form.getLengthSync() ? Buffer.concat(bytes, length) : undefined;
}

function bufferOf(form: NodeForm): Buffer | undefined {
  try {
    return form.getBuffer();
  } catch {
    // One of its parts is a stream.
    return undefined;
  }
}
