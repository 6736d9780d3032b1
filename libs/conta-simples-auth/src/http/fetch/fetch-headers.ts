import { withRest } from '../with-rest.js';

/** Which headers of the caller have a meaning here. */
export const AUTHORIZATION = 1;
export const HOST = 2;

/**
 * Adds the caller's headers, which come before ours of the same name, and tells which of the two above are among them. In a
 * plain object, and a plain object is taken as it is: to have them checked by `Headers` here, and by `fetch` again, takes
 * longer than all the rest.
 */
export function addGiven(headers: Record<string, string>, given: RequestInit['headers']): number {
  if (given === undefined) return 0;
  const theirs = Symbol.iterator in given ? Object.fromEntries(new Headers(given)) : given;
  let found = 0;
  for (const name of Object.keys(theirs)) {
    const lowerCase = name.toLowerCase();
    if (lowerCase === 'authorization') found |= AUTHORIZATION;
    else if (lowerCase === 'host' || lowerCase === ':authority') found |= HOST;
    for (const mine of Object.keys(headers)) if (mine.toLowerCase() === lowerCase) delete headers[mine];
  }
  withRest(headers, theirs);
  return found;
}
