import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { useColours } from '../lib/use-colours.js';
import { useWidth } from '../lib/use-width.js';
import { cursor } from '../store/view.js';
import { valueAxis } from '../time/chart-axis.js';
import { chartOptions } from './chart-options.js';

/** A small uPlot chart of one measured value; its cursor is the timeline's. */
export function Chart({ samples, id, label, range, limit, format, binary }) {
  const [ref, width] = useWidth();
  const plot = useRef(undefined);
  const axis = useRef({ splits: [0, 1], limit: undefined });
  // A canvas keeps its colours, so it is drawn again when they change.
  const colours = useColours();

  useEffect(() => {
    if (width === 0) return undefined;
    const made = new globalThis.uPlot(
      chartOptions({ width, height: ref.current.clientHeight, format, axis, element: ref.current }),
      [[], []],
      ref.current,
    );
    made.over.addEventListener('pointermove', ({ offsetX }) =>
      cursor.dispatch({ at: made.posToVal(offsetX, 'x') * 1000 }),
    );
    made.over.addEventListener('pointerleave', () => cursor.dispatch({ at: undefined }));
    const end = cursor.subscribe(({ at }) => showCursor(made, at));
    plot.current = made;
    return () => {
      end();
      made.destroy();
      plot.current = undefined;
    };
  }, [width, format, colours]);

  useEffect(() => {
    if (plot.current !== undefined) draw(plot.current, axis, { samples, id, range, limit, binary });
  }, [samples, range.from, range.to, limit, width, colours]);

  return html`<div ref=${ref} class="plot" role="img" aria-label=${label}></div>`;
}

/** uPlot's times are seconds. */
function draw(plot, axis, { samples, id, range, limit, binary }) {
  const shown = samples.filter(({ at }) => at >= range.from - 4000 && at <= range.to + 4000);
  const values = shown.map((sample) => sample[id]);
  const { top, splits } = valueAxis(Math.max(0, ...values), limit, binary);
  axis.current = { splits, limit: limit <= top ? limit : undefined };
  plot.batch(() => {
    plot.setData([shown.map(({ at }) => at / 1000), values], false);
    plot.setScale('x', { min: range.from / 1000, max: range.to / 1000 });
    plot.setScale('y', { min: 0, max: top });
  });
}

function showCursor(plot, at) {
  const left = at === undefined ? -10 : plot.valToPos(at / 1000, 'x');
  plot.setCursor({ left, top: at === undefined ? -10 : 0 }, false);
}
