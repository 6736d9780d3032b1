/** @param {readonly number[]} values */
export function percentile(values, share) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** @param {readonly number[]} values */
export const median = (values) => percentile(values, 0.5);

/** The median and the quartiles. */
export function summary(values) {
  return { median: median(values), low: percentile(values, 0.25), high: percentile(values, 0.75) };
}

export const ratios = (values, references) => values.map((value, index) => value / references[index]);

const sum = (values) => values.reduce((total, value) => total + value, 0);
/** The parts of a run whose ratios show how far to trust that of the whole. */
const PARTS = 10;

/**
 * All values together over all references together, with the quartiles of that ratio in ten parts of the run. A round is
 * short and varies by a third, so a median of single ratios varies by 8 % from run to run, and this by 2 %.
 */
export function ratioOfTotals(values, references) {
  const length = Math.ceil(values.length / PARTS);
  const parts = [];
  for (let start = 0; start < values.length; start += length) {
    const [part, reference] = [values, references].map((all) => sum(all.slice(start, start + length)));
    parts.push(part / reference);
  }
  return { total: sum(values) / sum(references), low: percentile(parts, 0.25), high: percentile(parts, 0.75) };
}
