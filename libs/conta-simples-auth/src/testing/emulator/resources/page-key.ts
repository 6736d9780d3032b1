/** What a page key stands for: where the page before it ended, and the dates it was asked for. */
export interface PagePosition {
  readonly startDate: string;
  readonly endDate: string;
  readonly lastId: string;
}

export function encodePageKey({ startDate, endDate, lastId }: PagePosition): string {
  return Buffer.from(JSON.stringify([startDate, endDate, lastId])).toString('base64url');
}

/** The id after which the page starts, or `undefined` if the key was not made for these dates by `encodePageKey`. */
export function decodePageKey(key: string, startDate: string, endDate: string): string | undefined {
  const lastId = readLastId(key);
  // Made again and compared: what base64 and JSON forgive (padding, white space, another alphabet) is refused here.
  return lastId !== undefined && encodePageKey({ startDate, endDate, lastId }) === key ? lastId : undefined;
}

function readLastId(key: string): string | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(key, 'base64url').toString('utf8'));
    return Array.isArray(parts) && typeof parts[2] === 'string' ? parts[2] : undefined;
  } catch {
    return undefined;
  }
}
