export function percentile(values: readonly number[], share: number): number;
export function median(values: readonly number[]): number;
export function summary(values: readonly number[]): { median: number; low: number; high: number };
export function ratios(values: readonly number[], references: readonly number[]): number[];
export function ratioOfTotals(
  values: readonly number[],
  references: readonly number[],
): { total: number; low: number; high: number };
