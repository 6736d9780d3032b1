import { Buffer } from 'node:buffer';

/** A form of the package `form-data`, or of one with the same methods. */
interface NodeForm {
  getBuffer(): Buffer;
  getHeaders(): Record<string, string>;
}

/** What `form-data` has besides: of each part a head, a value, and a function that writes the line break. */
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

/** The bytes of a form, which can be sent twice. `undefined` if one of its parts is a stream. */
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
 * As `getBuffer()`, which copies all bytes again for each part: 400 parts of 100 KiB block the process for 10 s.
 * `undefined` if the parts do not add up to the length that the form states, as where one is made by a function.
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
