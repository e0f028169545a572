import { useState } from 'preact/hooks';
import { none } from '../lib/format.js';
import { html } from '../lib/html.js';
import { findUnit } from '../lib/units.js';
import { seriesKey } from '../store/reduce-page.js';
import { Part } from './part.js';
import { Spark } from './spark.js';
import { Value } from './value.js';

const shownAtFirst = 8;

/** The metrics that the metrics-adapter makes of the app's formats: name, type, unit, value and history. */
export function Metrics({ metrics, history }) {
  const [filter, setFilter] = useState('');
  const [all, setAll] = useState(false);
  if (!metrics.ok)
    return html`<${Part} id="metrics" title="Adapted metrics"><p class="quiet">No answer: ${metrics.error}</p><//>`;
  const found = metrics.series.filter(
    (one) => typeof one === 'object' && searchText(one).includes(filter.toLowerCase()),
  );
  const shown = all ? found : found.slice(0, shownAtFirst);
  const search = html`<input type="search" placeholder="Filter" aria-label="Filter the metrics" value=${filter} onInput=${(event) => setFilter(event.target.value)} />`;
  return html`
    <${Part} id="metrics" title="Adapted metrics" wide=${true} aside=${search}>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of metrics">
        <table class="metrics">
          <thead>
            <tr><th scope="col">Metric</th><th scope="col">Type</th><th scope="col">Unit</th><th scope="col" class="end">Value</th><th scope="col" class="end">Change</th><th scope="col">Last hour</th></tr>
          </thead>
          <tbody>${shown.map((one) => html`<${Row} key=${seriesKey(one)} one=${one} points=${history[seriesKey(one)] ?? []} />`)}</tbody>
        </table>
      </div>
      <p class="more">
        ${found.length > shownAtFirst && html`<button type="button" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? 'Show fewer' : `Show all ${found.length}`}</button>`}
        ${metrics.total > metrics.series.length && html`<span class="quiet">cut: ${metrics.total - metrics.series.length} more series at the adapter's /metrics</span>`}
      </p>
    <//>
  `;
}

const searchText = ({ name, labels }) => `${name} ${Object.entries(labels).join(' ')}`.toLowerCase();

function Row({ one, points }) {
  const { name, labels, type, help, value } = one;
  const { unit, format } = findUnit(name);
  const grows = type === 'counter' || type === 'histogram' || type === 'summary' || name.endsWith('_total');
  const labelText = Object.entries(labels)
    .map(([key, text]) => `${key}=${text}`)
    .join('  ');
  return html`
    <tr>
      <th scope="row" title=${help}><span class="metric-name">${name}</span> <span class="quiet">${labelText}</span></th>
      <td class="quiet">${type}</td>
      <td class="quiet">${unit}</td>
      <td class="end"><${Value} text=${format(value)} exact=${value} /></td>
      <td class="end">${grows ? formatChange(meanRate(points), format) : ''}</td>
      <td><${Spark} points=${points} grows=${grows} format=${format} name=${name} /></td>
    </tr>
  `;
}

const formatChange = (rate, format) => (rate === undefined ? none : `${format(rate)}/s`);

function meanRate(points) {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const first = points.findLast(([at]) => at <= last[0] - 10_000) ?? points[0];
  if (first === last) return undefined;
  return (last[1] - first[1]) / ((last[0] - first[0]) / 1000);
}
