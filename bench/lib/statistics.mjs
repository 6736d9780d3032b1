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
