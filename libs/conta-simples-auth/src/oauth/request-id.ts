/** Only what looks like an id is taken from a server: it ends up in messages and logs. */
const REQUEST_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The service's id of a request, from a header or from an error body. */
export function requestId(headers: Readonly<Record<string, unknown>>, body: string | undefined): string | undefined {
  return [headers['x-request-id'], body === undefined ? undefined : requestIdOf(body)].find(
    (candidate): candidate is string => typeof candidate === 'string' && REQUEST_ID.test(candidate),
  );
}

function requestIdOf(body: string): unknown {
  return jsonField(body, 'requestId');
}

/** One own field of a JSON object, or `undefined` whatever else the text is. */
export function jsonField(text: string, name: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return undefined;
    return Object.getOwnPropertyDescriptor(body, name)?.value;
  } catch {
    return undefined;
  }
}
