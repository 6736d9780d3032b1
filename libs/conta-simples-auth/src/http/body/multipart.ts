import { randomBytes } from 'node:crypto';

const CRLF = '\r\n';

/**
 * A form as bytes that can be sent any number of times, boundary included: every client would make up another one for
 * each send. Its files are not read here, a `Blob` may lie on the disk. `undefined` where a part is no `Blob` of this
 * platform.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 */
export function multipart(form: Iterable<[string, unknown]>): Blob | undefined {
  // In lower case: that is what becomes of a Blob's type.
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
