import { shortTime, time } from '../lib/format.js';
import { timeTicks } from '../time/scale.js';

/** The options of a small chart. `axis` is a ref with the values at the axis, and the limit where the chart shows it. */
export function chartOptions({ width, height, format, axis, element }) {
  const colour = (name) => readColour(element, name);
  const text = {
    stroke: colour('quiet'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ticks: { show: false },
    gap: 4,
  };
  return {
    width,
    height,
    padding: [6, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: true, auto: false }, y: { auto: false } },
    series: [{}, { stroke: colour('data'), fill: colour('data-fill'), width: 1.5, points: { show: false } }],
    axes: [
      { ...text, grid: { show: false }, size: 18, splits: timeSplits, values: timeTexts },
      {
        ...text,
        grid: { stroke: colour('grid'), width: 1 },
        size: 52,
        splits: () => axis.current.splits,
        values: (_plot, splits) => splits.map((value) => (value === 0 ? '0' : format(value))),
      },
    ],
    hooks: { draw: [(plot) => drawLimit(plot, axis.current.limit, colour('ink'))] },
  };
}

/** The current value of a CSS variable, since a canvas knows no variables. */
function readColour(element, name) {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const msRange = ({ min, max }) => ({ from: min * 1000, to: max * 1000 });

function timeSplits(plot) {
  const range = msRange(plot.scales.x);
  const { ticks } = timeTicks({ ...range, width: plot.bbox.width / devicePixelRatio }, 64);
  // A label at the very end would be cut off.
  const margin = (range.to - range.from) / 12;
  return ticks.filter((at) => at < range.to - margin).map((at) => at / 1000);
}

function timeTexts(plot, splits) {
  const { hasSeconds } = timeTicks({ ...msRange(plot.scales.x), width: plot.bbox.width / devicePixelRatio }, 64);
  return splits.map((at) => (hasSeconds ? time(at * 1000) : shortTime(at * 1000)));
}

/** Across the whole width, also where nothing was measured. */
function drawLimit({ ctx, bbox, valToPos }, limit, colour) {
  if (limit === undefined) return;
  const y = Math.round(valToPos(limit, 'y', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
