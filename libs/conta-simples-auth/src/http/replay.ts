import { Readable } from 'node:stream';
import { isAnyArrayBuffer } from 'node:util/types';
import type { AxiosResponse } from 'axios';

/** Whether the same bytes can be sent a second time. */
export function isReplayable(data: unknown): boolean {
  if (data === undefined || data === null || typeof data === 'string') return true;
  return ArrayBuffer.isView(data) || isAnyArrayBuffer(data);
}

/** A streamed answer that nobody will read would keep its connection. */
export function discardBody(response: AxiosResponse | undefined): void {
  const data: unknown = response?.data;
  if (data instanceof Readable) data.on('error', () => {}).resume();
  else if (data instanceof ReadableStream) data.cancel().catch(() => {});
}
