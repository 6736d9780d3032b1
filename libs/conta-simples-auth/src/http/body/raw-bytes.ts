/**
 * Takes from a parser's error what could not be read: the server's bytes as they came, which may repeat what was sent.
 * Node's own parser keeps them in `rawPacket`, that of the built-in `fetch` in `data`.
 */
export function dropRawBytes(error: object): void {
  const raw = error as { code?: unknown; rawPacket?: unknown; data?: unknown };
  if (typeof raw.code !== 'string' || !raw.code.startsWith('HPE_')) return;
  delete raw.rawPacket;
  delete raw.data;
}
