import { parseObject } from './json-object.js';

/**
 * Whether an answer is that of a CDN in front of the API, by the marks of Cloudflare, and not of the API behind it. What
 * the API says bears the same headers, but is JSON; a client whose signature is banned gets one line of plain text.
 *
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/
 */
export function isOfEdge(headers: Readonly<Record<string, unknown>>, body: string | undefined): boolean {
  if (body === undefined || body.trim() === '' || parseObject(body) !== undefined) return false;
  const isThroughCloudflare = headers['cf-ray'] !== undefined || /^cloudflare\b/i.test(String(headers.server));
  return isThroughCloudflare || /^\s*error code: 1\d{3}\b/i.test(body);
}

/**
 * Whether an answer is a page for people, as gateways and proxies in front of the API give: HTML or XML by its content
 * type or by its first letters. What the API says is JSON, whatever its content type. An answer without a body is no page;
 * one whose body could not be read (`undefined`) is one by its content type alone.
 */
export function isPage(contentType: string | undefined, body: string | undefined): boolean {
  const isDeclared = /\b(?:html|xml)\b/i.test(contentType ?? '');
  if (body === undefined) return isDeclared;
  if (body.trim() === '' || parseObject(body) !== undefined) return false;
  return isDeclared || /^\ufeff?\s*<[!?a-z]/i.test(body);
}
