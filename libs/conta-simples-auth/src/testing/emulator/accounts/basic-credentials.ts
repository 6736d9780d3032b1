export interface BasicCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export type BasicHeader = { readonly credentials: BasicCredentials } | { readonly problem: string };

/** RFC 9110 section 11.1: the name of the scheme is case-insensitive. */
const BASIC = /^basic +(.*)$/i;
/** RFC 4648 section 4, padding included; the URL-safe alphabet is another encoding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads an `Authorization` value as RFC 7617 has it: `Basic base64(user-id ":" password)`, UTF-8. */
export function parseBasicHeader(value: string): BasicHeader {
  const encoded = BASIC.exec(value)?.[1];
  if (encoded === undefined) {
    return { problem: 'must use the Basic scheme' };
  }
  if (!BASE64.test(encoded)) {
    return { problem: 'must hold valid base64' };
  }
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) {
    return { problem: 'must hold base64(api_key:api_secret)' };
  }
  return { credentials: { apiKey: decoded.slice(0, colon), apiSecret: decoded.slice(colon + 1) } };
}
