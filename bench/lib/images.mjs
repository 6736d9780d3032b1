import { mkdirSync, writeFileSync } from 'node:fs';
import { barChart } from './plot.mjs';

const FOLDER = new URL('../../docs/benchmarks/', import.meta.url);

/** Draws a scenario's plot into the documentation. Candidates without a value have no bar. */
export async function writeImage({ scenario, results, abouts }, renderSvg) {
  const { plot, name, title } = scenario;
  const bars = [...results].flatMap(([candidate, result]) => {
    const value = result.error === undefined ? plot.value(result) : undefined;
    if (value === undefined || !Number.isFinite(value)) return [];
    return [{ name: abouts.get(candidate).name, value, text: plot.format(value), isOurs: candidate === 'ours' }];
  });
  if (bars.length === 0) return undefined;
  mkdirSync(FOLDER, { recursive: true });
  const file = `${name}.svg`;
  writeFileSync(new URL(file, FOLDER), await renderSvg(barChart(plot, bars)));
  const values = bars.map((bar) => `${bar.name} ${bar.text}`).join('; ');
  return { file, alt: `${title}, ${plot.label}: ${values}` };
}
