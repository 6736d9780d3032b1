import fc from 'fast-check';

/** Any text at all: of any script, with control characters, lone surrogates and names that JavaScript gives a meaning. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '\ud800', '\0', '\r\n', 'null', '0', '-1', '1e999', 'NaN'),
);

/** What a header can turn out to be: absent, a text, repeated, or nothing a header should ever be. */
export const anyHeader = fc.oneof(
  anyText,
  fc.constant(undefined),
  fc.array(anyText, { maxLength: 3 }),
  fc.anything({ maxDepth: 1 }),
);

/** Everything that a header may carry without a space: what a token is made of. */
export const visibleAscii = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));

export const MAX_LIFE_MS = 366 * 24 * 3_600_000;

export const lifeSeconds = fc.oneof(
  fc.integer({ min: 1, max: 86_400 }),
  fc.integer({ min: 1, max: MAX_LIFE_MS / 1_000 }),
  fc.constantFrom(1, MAX_LIFE_MS / 1_000),
);

/** A moment of which a clock of ours could speak, in whole seconds. */
export const instant = fc
  .integer({ min: Date.UTC(1971, 0, 1) / 1_000, max: Date.UTC(2400, 0, 1) / 1_000 })
  .map((seconds) => seconds * 1_000);

export function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** A number, a text or anything else where a number was expected. */
export const anyNumberOrNot = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1, 1_800, 1e11, 1e12, 1e308, Number.MAX_SAFE_INTEGER, '1800', '1e3', null, true, [], {}),
  anyText,
);

/** A token that may be a JWT, or nearly one, and tells anything of its life. */
export const anyToken = fc.oneof(
  anyText,
  fc.array(visibleAscii, { minLength: 1, maxLength: 60 }).map((characters) => characters.join('')),
  fc
    .record({ alg: fc.constantFrom('RS256', 'none', 5, undefined), exp: anyNumberOrNot, iat: anyNumberOrNot })
    .map(({ alg, exp, iat }) => `${encode({ alg })}.${encode({ exp, iat })}.c2ln`),
  fc.tuple(anyText, anyText).map(([header, payload]) => `${encode(header)}.${encode(payload)}.c2ln`),
);
