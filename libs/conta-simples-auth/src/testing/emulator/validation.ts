/** The longest delay of `setTimeout`; a timer with a longer one fires at once. */
const MAX_DURATION_MS = 2 ** 31 - 1;

export function assertInteger(value: unknown, name: string, from: number, to: number): asserts value is number {
  if (!Number.isInteger(value) || Number(value) < from || Number(value) > to) {
    throw new TypeError(
      `${name} must be a whole number ${to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`}.`,
    );
  }
}

export function assertDuration(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0) || value > MAX_DURATION_MS) {
    throw new TypeError(`${name} must be a number of milliseconds from 0 to ${MAX_DURATION_MS}.`);
  }
}

export function assertPlainObject(value: unknown, name: string): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object.`);
  }
}
