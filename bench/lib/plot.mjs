/** Readable on white and on GitHub's dark background: a contrast of at least 4.5 on both. */
const COLORS = { text: '#7a7f87', rule: '#7a7f8740', ours: '#2f81f7', peer: '#8b949e' };
const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif';
const BAR_PX = 22;
const WIDTH_PX = 440;
/** The start of a logarithmic axis: half of the best possible value. */
const LOWEST = 0.5;

function decades(bars) {
  const last = Math.floor(Math.log10(Math.max(...bars.map(({ value }) => value), 1)));
  return Array.from({ length: last + 1 }, (_, power) => 10 ** power);
}

/**
 * A bar for each candidate with its value; this library's in another colour.
 *
 * @param {{ label: string, logarithmic?: boolean }} plot
 * @param {readonly { name: string, value: number, text: string, isOurs: boolean }[]} bars
 */
export function barChart({ label, logarithmic = false }, bars) {
  const x = {
    field: 'value',
    type: 'quantitative',
    title: label,
    scale: logarithmic ? { type: 'log', domainMin: LOWEST, nice: false } : { zero: true, nice: false },
    axis: { format: ',~f', ...(logarithmic ? { values: decades(bars) } : { tickCount: 5 }) },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    padding: { left: 4, right: 48, top: 4, bottom: 4 },
    width: WIDTH_PX,
    height: { step: BAR_PX },
    data: { values: bars },
    encoding: { y: { field: 'name', type: 'nominal', sort: null, title: null } },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.7 }, cornerRadiusEnd: 2 },
        encoding: {
          x,
          ...(logarithmic && { x2: { datum: LOWEST } }),
          color: {
            field: 'isOurs',
            type: 'nominal',
            legend: null,
            scale: { domain: [true, false], range: [COLORS.ours, COLORS.peer] },
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, color: COLORS.text, font: FONT, fontSize: 11 },
        encoding: { x: { field: 'value', type: 'quantitative' }, text: { field: 'text' } },
      },
    ],
    config: {
      // The alternative text of the image contains the values.
      aria: false,
      view: { stroke: null },
      axis: {
        labelColor: COLORS.text,
        titleColor: COLORS.text,
        titleFontWeight: 'normal',
        labelFont: FONT,
        titleFont: FONT,
        labelFontSize: 11,
        titleFontSize: 11,
        labelLimit: 400,
        gridColor: COLORS.rule,
        domainColor: COLORS.rule,
        tickColor: COLORS.rule,
      },
      axisY: { domain: false, ticks: false, labelPadding: 8 },
    },
  };
}
