import type { Readable } from 'node:stream';

export type BodyResult =
  | { readonly ok: true; readonly text: string; readonly bytes: number }
  | { readonly ok: false; readonly reason: 'too_large' | 'broken_off' | 'not_utf8' };

/** A token answer has a few kilobytes at most. */
export const MAX_BODY_BYTES = 64 * 1_024;

/** Reads a whole body, and destroys its socket as soon as it turns out longer than any token answer is. */
export async function readBody(stream: Readable): Promise<BodyResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Leaving the loop destroys the stream.
      if (bytes > MAX_BODY_BYTES) return { ok: false, reason: 'too_large' };
      chunks.push(chunk);
    }
  } catch {
    // The error may hold the socket and the request; that the body broke off is all there is to tell.
    return { ok: false, reason: 'broken_off' };
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)), bytes };
  } catch {
    return { ok: false, reason: 'not_utf8' };
  }
}
