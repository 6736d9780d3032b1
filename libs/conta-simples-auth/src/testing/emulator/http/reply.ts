/** An answer as a value, so that a fault can still alter it before any byte is on the wire. Header names are lower case. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function reply(status: number, contentType: string, body: Buffer, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': contentType, ...headers }, body };
}

export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return reply(status, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)), headers);
}
