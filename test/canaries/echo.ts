/** What a careless server says of a request: all that it knows of the caller, in every spelling and every place. */
export interface Echo {
  /** For bodies and headers. */
  readonly text: string;
  /** Of an alphabet that a request id may have. */
  readonly id: string;
}

export function echoOf(secrets: readonly string[]): Echo {
  const spellings = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
    JSON.stringify(secret),
    secret.slice(3, 30),
  ]);
  const id = secrets.map((secret) => secret.replace(/[^\w-]/g, '').slice(0, 20)).join('_');
  return { text: spellings.join(' '), id: id.slice(0, 64) };
}

/** A whole answer as bytes: node:http would refuse to send most of these. */
export function rawAnswer(status: number, { text, id }: Echo, answer: RawAnswer = {}): string {
  const { type = 'application/json', headers = {}, body = errorBody({ text, id }) } = answer;
  const all = {
    'content-type': type,
    'content-length': Buffer.byteLength(body, 'latin1'),
    'x-request-id': id,
    'www-authenticate': `Bearer realm="${text}", error="invalid_token", error_description="${text}"`,
    'set-cookie': `session=${encodeURIComponent(text)}`,
    'x-echo': text,
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${text}\r\n${lines.join('')}\r\n${body}`;
}

export interface RawAnswer {
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string;
}

function errorBody({ text, id }: Echo): string {
  const details = [{ field: text, message: `of ${text}` }];
  return JSON.stringify({ error: text, error_description: text, message: text, code: text, requestId: id, details });
}
