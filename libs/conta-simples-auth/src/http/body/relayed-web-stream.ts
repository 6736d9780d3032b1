/**
 * The stream of a `fetch` answer for the caller. axios rejects its reads with errors that hold the config and the request
 * that were sent; here the token is removed from them. Reading, both kinds of reader and cancelling work as before.
 */
export function relayedWebStream(
  source: ReadableStream<Uint8Array>,
  redact: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const open = () => {
    reader ??= source.getReader();
    return reader;
  };
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller) {
        const chunk = await nextChunk(open()).catch((error: unknown) => {
          throw redact(error);
        });
        if (chunk !== undefined) return controller.enqueue(ownBytes(chunk));
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel: (reason) => open().cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** A byte stream does not take empty chunks. */
async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (value.byteLength > 0) return value;
  }
}

/** A byte stream takes over the whole buffer of a chunk. Where the chunk is only a part of one, it gets a copy. */
function ownBytes(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = chunk.byteLength === chunk.buffer.byteLength && chunk.buffer instanceof ArrayBuffer;
  return isWhole ? (chunk as Uint8Array<ArrayBuffer>) : new Uint8Array(chunk);
}
