import uPlot from '/vendor/uplot/uPlot.esm.js';
import { type CallHistory, SHOWN_SECONDS } from './call-history.js';

const HEIGHT = 150;
/** Seconds between two labels of the time axis, depending on the width. */
const TICKS = [15, 30, 60];

/** Both charts over the same window of time, in the colours of the style sheet. */
export class Charts {
  readonly #rate: Chart;
  readonly #latency: Chart;

  constructor(rate: HTMLElement, latency: HTMLElement, history: CallHistory, language: () => string) {
    this.#rate = new Chart(rate, history, language, {
      columns: ['answered', 'failed'],
      colors: ['--answered', '--failed'],
      least: 10,
    });
    this.#latency = new Chart(latency, history, language, {
      columns: ['median', 'slowest'],
      colors: ['--median', '--slowest'],
      least: 50,
    });
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => this.restyle());
  }

  /** `now` in epoch milliseconds, by the server's clock. */
  draw(now: number): void {
    this.#rate.draw(now / 1_000);
    this.#latency.draw(now / 1_000);
  }

  /** Applies a new colour scheme or language. */
  restyle(): void {
    this.#rate.build();
    this.#latency.build();
  }
}

interface ChartKind {
  readonly columns: readonly ('answered' | 'failed' | 'median' | 'slowest')[];
  /** The columns' colours, as CSS custom properties. */
  readonly colors: readonly string[];
  /** The minimum upper end of the vertical axis. */
  readonly least: number;
}

class Chart {
  #plot: uPlot | undefined;

  constructor(
    private readonly target: HTMLElement,
    private readonly history: CallHistory,
    private readonly language: () => string,
    private readonly kind: ChartKind,
  ) {
    this.build();
    new ResizeObserver(() => this.#fit()).observe(target);
  }

  build(): void {
    this.#plot?.destroy();
    const color = (name: string) => getComputedStyle(this.target).getPropertyValue(name).trim();
    const axis = { stroke: color('--muted'), ticks: { show: false }, font: '12px system-ui, sans-serif' };
    const grid = { stroke: color('--line'), width: 1 };
    const clock = new Intl.DateTimeFormat(this.language(), { timeStyle: 'medium', hourCycle: 'h23' });
    const number = new Intl.NumberFormat(this.language());
    this.#plot = new uPlot(
      {
        width: this.target.clientWidth,
        height: HEIGHT,
        cursor: { show: false },
        legend: { show: false },
        padding: [8, 30, 0, 0],
        scales: {
          x: { time: true, auto: false },
          y: { range: (_plot, _min, max) => [0, Math.max(this.kind.least, (max ?? 0) * 1.15)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            gap: 4,
            space: 80,
            incrs: TICKS,
            values: (_plot, splits) => splits.map((at) => clock.format(at * 1_000)),
          },
          {
            ...axis,
            grid,
            size: 48,
            space: 36,
            values: (_plot, splits) => splits.map((value) => number.format(value)),
          },
        ],
        series: [
          {},
          ...this.kind.columns.map((_name, index) => ({
            stroke: color(this.kind.colors[index] ?? ''),
            width: index === 0 ? 2 : 1.5,
            points: { show: false },
            ...(index === 0 && { fill: color('--fill') }),
          })),
        ],
        hooks: { drawClear: [(plot) => this.#drawMarks(plot, color('--obtained'), color('--attempt'))] },
      },
      this.#data(),
      this.target,
    );
  }

  draw(now: number): void {
    this.#plot?.batch(() => {
      this.#plot?.setData(this.#data(), false);
      this.#plot?.setScale('x', { min: now - SHOWN_SECONDS, max: now });
    });
  }

  #data(): uPlot.AlignedData {
    return [this.history.seconds, ...this.kind.columns.map((name) => this.history[name])];
  }

  #fit(): void {
    const width = this.target.clientWidth;
    if (width > 0 && width !== this.#plot?.width) this.#plot?.setSize({ width, height: HEIGHT });
  }

  /** Token requests as lines behind the calls: solid for a token, dashed for a failed attempt. */
  #drawMarks(plot: uPlot, obtained: string, attempt: string): void {
    const { ctx, bbox } = plot;
    const pixels = window.devicePixelRatio;
    ctx.save();
    for (const mark of this.history.marks) {
      const x = Math.round(plot.valToPos(mark.at, 'x', true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.strokeStyle = mark.obtained ? obtained : attempt;
      ctx.lineWidth = 1.5 * pixels;
      ctx.setLineDash(mark.obtained ? [] : [3 * pixels, 3 * pixels]);
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }
}
