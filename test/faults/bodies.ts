/** In every body that is not ours to show; no error and no log line may repeat any of it. */
export const CANARY = 'canary-of-the-body';

/** An answer with a token that tells nothing of itself, changed as the row says; `undefined` leaves a field out. */
export function answer(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ access_token: `${CANARY}.opaque`, token_type: 'Bearer', expires_in: 1_800, ...fields });
}

/** The same as a fault: valid JSON, declared as such. */
export const json = (body: string) => ({ body, contentType: 'application/json' });

/** A JSON Web Token as far as this library looks at one, with these claims. */
export function jwt(claims: object | string, header: object = { alg: 'RS256', typ: 'JWT' }): string {
  const encode = (part: object | string) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(claims)}.${encode(CANARY)}`;
}

/** Bytes of an HTTP answer, with its length. */
export function http(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}
