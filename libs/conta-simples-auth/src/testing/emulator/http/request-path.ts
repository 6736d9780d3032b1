/** The request target of RFC 9112 section 3.2, split; `query` is kept apart because it may carry secrets. */
export interface RequestPath {
  readonly path: string;
  readonly query: string;
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/** Splits by hand: `new URL()` throws on targets such as `//` and rewrites others, and the server must survive any bytes. */
export function splitRequestTarget(target: string): RequestPath {
  const origin = target.replace(ABSOLUTE_FORM, '');
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : origin.slice(mark + 1) };
}
