export const NOT_OFFERED = 'not offered';

/** With a comma for thousands, independent of the machine's locale. */
export function count(value) {
  return Math.round(value).toLocaleString('en-US');
}

/** Three significant digits, never an exponent. */
export function figure(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return count(value);
  return value.toFixed(size >= 10 ? 1 : 2);
}

export const ms = (value) => (Number.isFinite(value) ? `${figure(value)} ms` : '–');
export const ns = (value) => (value >= 10_000 ? `${figure(value / 1_000)} µs` : `${count(value)} ns`);
export const seconds = (value) => (Number.isFinite(value) ? `${(value / 1_000).toFixed(1)} s` : '–');
export const spread = ({ median, total = median, low, high }, show = figure) =>
  `${show(total)} (${show(low)} to ${show(high)})`;
