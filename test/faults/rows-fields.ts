import { answer, jwt } from './bodies.js';
import { EMULATED_FACTS, type EmulatorStageOptions, emulated } from './emulator-stage.js';
import { granted, type Promised, type Row, transient } from './row.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const invalid = transient('invalid_response', { status: 200 });

interface Given extends EmulatorStageOptions, Pick<Row, 'warnings' | 'note'> {
  readonly promised?: Promised;
}

/** An answer whose token tells nothing of itself, but for these fields; a string takes the place of the whole body. */
function row(id: string, fault: string, fields: Record<string, unknown> | string, given: Given = {}): Row {
  const { promised = invalid, warnings, note, ...stage } = given;
  const body = typeof fields === 'string' ? fields : answer(fields);
  const how = { body, contentType: 'application/json' };
  return {
    id,
    fault,
    stage: emulated(how, stage),
    promised,
    facts: EMULATED_FACTS,
    ...(warnings && { warnings }),
    ...(note && { note }),
  };
}

const each = (id: string, cases: Record<string, Record<string, unknown>>) =>
  Object.entries(cases).map(([fault, fields]) => row(id, fault, fields));

const MISSING_LIFE = ['expires_in is missing'];
const UNUSABLE_LIFE = ['expires_in is no whole number'];
const FALLBACK = 5 * MINUTE;
const IAT = Date.UTC(2020, 0, 1) / SECOND;

/** Written into the body as it stands, JSON or not of JavaScript's making. */
const literal = (value: string) => answer({ expires_in: '#' }).replace('"#"', value);

export const FIELD_ROWS: readonly Row[] = [
  ...each('F01', {
    '`access_token` missing': { access_token: undefined },
    '`access_token` null': { access_token: null },
    '`access_token` empty': { access_token: '' },
    '`access_token` of spaces': { access_token: '   ' },
  }),
  ...each('F02', {
    '`access_token` a number': { access_token: 123_456 },
    '`access_token` an object': { access_token: { value: 'x' } },
    '`access_token` an array': { access_token: ['x'] },
  }),
  ...each('F03', {
    '`access_token` with CR': { access_token: 'abc\rdef' },
    '`access_token` with LF': { access_token: 'abc\ndef' },
    '`access_token` with CR LF and a header': { access_token: 'abc\r\nX-Header: def' },
    '`access_token` with NUL': { access_token: 'abc\0def' },
    '`access_token` with TAB': { access_token: 'abc\tdef' },
    '`access_token` with a space': { access_token: 'abc def' },
  }),
  ...each('F04', {
    '`access_token` not ASCII': { access_token: 'abc\u00e9def' },
    '`access_token` of more than 8 KB': { access_token: 'x'.repeat(8_193) },
  }),
  ...each('F06', { '`token_type` missing': { token_type: undefined }, '`token_type` null': { token_type: null } }),
  row(
    'F06',
    '`token_type` missing, with `allowMissingTokenType`',
    { token_type: undefined },
    {
      options: { allowMissingTokenType: true },
      promised: granted(),
      warnings: ['token_type is missing'],
    },
  ),
  ...['bearer', 'BEARER'].map((type) =>
    row('F07', `\`token_type\` "${type}"`, { token_type: type }, { promised: granted() }),
  ),
  row('F07', '`token_type` " Bearer"', { token_type: ' Bearer' }),
  ...each('F08', {
    '`token_type` DPoP': { token_type: 'DPoP' },
    '`token_type` mac': { token_type: 'mac' },
    '`token_type` 5': { token_type: 5 },
  }),
  ...[undefined, null].map((expiresIn) => {
    const given = { promised: granted(FALLBACK), warnings: MISSING_LIFE, note: 'lives 300 s' };
    return row('F09', `\`expires_in\` ${expiresIn === null ? 'null' : 'missing'}`, { expires_in: expiresIn }, given);
  }),
  row(
    'F09',
    '`expires_in` missing, a JWT of ten minutes',
    { access_token: jwt({ iat: IAT, exp: IAT + 600 }), expires_in: undefined },
    { promised: granted(10 * MINUTE), warnings: MISSING_LIFE, note: "lives by the JWT's own `exp - iat`" },
  ),
  ...each('F10', {
    '`expires_in` 0': { expires_in: 0 },
    '`expires_in` -1': { expires_in: -1 },
    '`expires_in` "-1800"': { expires_in: '-1800' },
    '`expires_in` 0.5': { expires_in: 0.5 },
  }),
  row('F11', '`expires_in` "1800"', { expires_in: '1800' }, { promised: granted() }),
  row('F12', '`expires_in` 1799.5', literal('1799.5'), { promised: granted(1_799 * SECOND), note: 'lives 1,799 s' }),
  ...['"1e3"', '"0x10"', 'true', '"NaN"', '1e999', '{"seconds":1800}'].map((value) =>
    row('F12', `\`expires_in\` ${value}`, literal(value), {
      promised: granted(FALLBACK),
      warnings: UNUSABLE_LIFE,
      note: 'lives 300 s',
    }),
  ),
  ...[5, 10, 30].map((seconds) =>
    row('F14', `\`expires_in\` ${seconds}`, { expires_in: seconds }, { promised: granted(seconds * SECOND) }),
  ),
  row(
    'F15',
    'a JWT that says 600 s, `expires_in` 1800',
    { access_token: jwt({ iat: IAT, exp: IAT + 600 }) },
    { promised: granted(10 * MINUTE), warnings: ['expires_in is longer than the lifetime in the token'] },
  ),
  ...Object.entries({
    'a JWT that says 7200 s': jwt({ iat: IAT, exp: IAT + 7_200 }),
    'a JWT with `exp` in milliseconds': jwt({ iat: IAT, exp: (IAT + 600) * 1_000 }),
    'a JWT with `exp` before `iat`': jwt({ iat: IAT, exp: IAT - 600 }),
    'a JWT with `exp` as text': jwt({ iat: IAT, exp: String(IAT + 600) }),
    'a JWT that is no JSON': jwt('garbage'),
    'a JWT with `alg` none': jwt({ iat: IAT, exp: IAT + 600 }, { alg: 'none' }),
  }).map(([fault, token]) =>
    row('F16', fault, { access_token: token }, { promised: granted(), note: '`expires_in` counts' }),
  ),
  ...[HOUR, -HOUR].map(
    (clockOffsetMs): Row => ({
      id: 'F17',
      fault: `the server's clock is an hour ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`,
      // The emulator's own token: a JWT, its claims and the `Date` header by the server's clock.
      stage: emulated({ delayMs: 0 }, { emulator: { clockOffsetMs } }),
      promised: granted(),
      facts: EMULATED_FACTS,
      note: 'lives from the moment our request left',
    }),
  ),
  row(
    'F20',
    'extra fields and a `refresh_token`',
    { refresh_token: 'x', expires_at: 1, token: 'x', nested: { access_token: 'x' } },
    { promised: granted() },
  ),
  row('F20', 'a narrower `scope`', { scope: 'balance:read' }, { promised: granted(), warnings: ['scope is present'] }),
];
