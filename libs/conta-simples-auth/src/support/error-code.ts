/**
 * The `code` of an error of Node or OpenSSL. Only what has the form of a code: anything else, like an error's message,
 * could be text from the network.
 */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}
