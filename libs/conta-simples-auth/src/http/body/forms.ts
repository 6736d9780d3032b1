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

/** From this length on, a form is sent in pieces: joining them would block the process and double the memory. */
const LARGE_FORM_BYTES = 1_048_576;

/** A form that can be sent any number of times. */
export class WrittenForm {
  readonly isReplayable = true;
  readonly contentType: string;
  readonly length: number;
  readonly #pieces: readonly Uint8Array[];
  #joined: Buffer | undefined;

  constructor(contentType: string, pieces: readonly Uint8Array[]) {
    this.contentType = contentType;
    this.#pieces = pieces;
    this.length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get data(): Buffer {
    this.#joined ??= Buffer.concat(this.#pieces, this.length);
    return this.#joined;
  }

  /** The pieces of a large form. Each send needs a new iterator. */
  get pieces(): Iterable<Uint8Array> | undefined {
    return this.length < LARGE_FORM_BYTES ? undefined : this.#pieces;
  }
}

export function isNodeForm(data: unknown): data is NodeForm {
  const form = data as Partial<NodeForm> | null;
  return typeof form?.getBuffer === 'function' && typeof form.getHeaders === 'function';
}

/** `undefined` if one of its parts is a stream. */
export function writtenNodeForm(form: NodeForm): WrittenForm | undefined {
  const contentType = form.getHeaders()['content-type'];
  if (contentType === undefined) return undefined;
  const pieces = hasParts(form) ? piecesOf(form) : bufferOf(form);
  return pieces && new WrittenForm(contentType, pieces);
}

function hasParts(form: object): form is FormParts {
  const parts = form as Partial<FormParts>;
  return Array.isArray(parts._streams) && PART_METHODS.every((name) => typeof parts[name] === 'function');
}

/**
 * The same bytes as `getBuffer()`, which copies all bytes again for each part: 400 parts of 100 KiB block the process for
 * 10 s. `undefined` if the parts do not have the length that the form states, for example because a function makes one.
 */
function piecesOf(form: FormParts): Uint8Array[] | undefined {
  if (!form.hasKnownLength()) return undefined;
  const boundary = form.getBoundary();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const add = (bytes: Uint8Array) => {
    pieces.push(bytes);
    length += bytes.byteLength;
  };
  // Text between two files is one piece.
  let text = '';
  for (const part of form._streams) {
    if (typeof part === 'string') text += part.startsWith(boundary, 2) ? part : part + CRLF;
    else if (part instanceof Uint8Array) {
      if (text !== '') add(Buffer.from(text));
      add(part);
      text = CRLF;
    } else if (typeof part !== 'function') return undefined;
  }
  add(Buffer.from(`${text}--${boundary}--${CRLF}`));
  return length === form.getLengthSync() ? pieces : undefined;
}

function bufferOf(form: NodeForm): [Buffer] | undefined {
  try {
    return [form.getBuffer()];
  } catch {
    // One of its parts is a stream.
    return undefined;
  }
}
