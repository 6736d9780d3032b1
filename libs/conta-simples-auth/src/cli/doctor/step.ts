/** What a step of ours that took too long fails with. */
export class TimedOut extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Waits no longer than this. What is late may still end, and is nobody's then. */
export async function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimedOut()), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** The code of a network error, and nothing else of it: messages hold addresses, and sometimes more. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown error';
}

/** A text of the other side, for a terminal: short, and without control characters. */
export function printable(text: unknown): string {
  const plain = typeof text === 'string' ? text.replace(/[^\x20-\x7e\u00a0-\u024f]/g, '?') : '';
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}
