import * as vega from 'vega';
import { compile } from 'vega-lite';

/** Draws a Vega-Lite specification, without a browser. */
export async function renderSvg(specification) {
  const view = new vega.View(vega.parse(compile(specification).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
