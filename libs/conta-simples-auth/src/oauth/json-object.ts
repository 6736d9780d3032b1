/** The JSON object that a text from outside is, or `undefined` whatever else it is. */
export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // The parser's message quotes what it could not read, which may be half a token.
    return undefined;
  }
}

/** A field that the text itself has: never one that every object inherits. */
export function ownField(object: object | undefined, name: string): unknown {
  return object === undefined ? undefined : Object.getOwnPropertyDescriptor(object, name)?.value;
}
