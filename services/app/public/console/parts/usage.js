import { bytes, duration, number, percent } from '../lib/format.js';
import { html } from '../lib/html.js';
import { useStore } from '../lib/use-store.js';
import { axisRange, cursor } from '../store/view.js';
import { Chart } from './chart.js';
import { Part } from './part.js';
import { Value } from './value.js';

const cores = (value) => (value === 1 ? '1 core' : `${number(value)} cores`);

/** The measured values, with their format and limit. */
const charts = [
  { id: 'cpu', title: 'CPU', unit: 'cores', format: number, limit: cores, exact: 'cores' },
  { id: 'memory', title: 'Memory', unit: 'bytes, resident', format: bytes, exact: 'bytes', binary: true },
  { id: 'heap', title: 'Heap', unit: 'bytes, used by V8', format: bytes, exact: 'bytes', binary: true },
  { id: 'loop', title: 'Event loop', unit: 'delay, mean of 2 s', format: duration, exact: 'ms' },
  { id: 'rate', title: 'Requests', unit: 'per second', format: (value) => `${number(value)}/s`, exact: 'per second' },
  { id: 'ms', title: 'Latency', unit: 'mean of 10 s', format: duration, exact: 'ms' },
];

/** The use of the app's process and its limits, on the axis of the timeline. */
export function Usage({ state, chosen, now }) {
  const range = axisRange(chosen, now, state.document.lifecycle.drain);
  const { samples } = state;
  const { at } = useStore(cursor);
  const shown = at === undefined ? samples.at(-1) : (samples.findLast((sample) => sample.at <= at) ?? samples[0]);
  return html`
    <${Part} id="usage" title="Usage and limits" wide=${true}>
      <div class="charts">
        ${charts.map((chart) => html`<${Measured} key=${chart.id} chart=${chart} samples=${samples} shown=${shown} range=${range} limit=${state.document.limits[chart.id]} />`)}
      </div>
    <//>
  `;
}

function Measured({ chart, samples, shown, range, limit }) {
  const { id, title, unit, format, exact, binary, limit: limitText = format } = chart;
  const value = shown?.[id] ?? undefined;
  const share = limit === undefined || value === undefined ? undefined : value / limit;
  return html`
    <figure class="chart" data-near=${share > 0.95 ? 'bad' : share > 0.8 ? 'busy' : undefined}>
      <figcaption>
        <span class="chart-title">${title}</span>
        <span class="chart-value"><${Value} text=${value === undefined ? '–' : format(value)} exact=${`${value} ${exact}`} /></span>
        <span class="quiet chart-limit">${limit === undefined ? unit : html`${percent(share)} of <${Value} text=${limitText(limit)} exact=${`${limit} ${exact}`} />`}</span>
      </figcaption>
      <${Chart} samples=${samples} id=${id} label=${`${title}, ${unit}`} range=${range} limit=${limit} format=${format} binary=${binary} />
    </figure>
  `;
}
