import { bodyOf, h, svg } from '../dom.js';
import { amount } from '../format.js';

/** The last values of each series, for its line. */
const history = new Map();
const points = 60;
const shown = 12;
const state = { filter: '' };

export function showMetrics(section, { metrics }) {
  const body = bodyOf(section);
  if (body.childElementCount === 0) make(body);
  const [, grid] = body.children;
  if (!metrics.ok) {
    grid.replaceChildren(h('p', { class: 'detail' }, `The metrics-adapter does not answer: ${metrics.error ?? ''}`));
    return;
  }
  const series = metrics.series.filter((one) => keyOf(one).includes(state.filter)).sort(applicationFirst);
  for (const one of metrics.series) remember(one, metrics.at);
  grid.replaceChildren(...series.slice(0, shown).map(card), rest(series.length - shown));
}

function make(body) {
  const input = h('input', {
    id: 'metrics-filter',
    type: 'search',
    placeholder: 'app_requests',
    oninput: () => (state.filter = input.value),
  });
  body.append(
    h('p', {}, h('label', { htmlFor: 'metrics-filter' }, 'Only series that contain '), input),
    h('div', { class: 'cards' }),
  );
}

/** The adapter's own metrics come last: the page is about the application. */
const applicationFirst = (a, b) => Number(a.name.startsWith('adapter_')) - Number(b.name.startsWith('adapter_'));

const keyOf = ({ name, labels }) => {
  const pairs = Object.entries(labels ?? {}).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
};

function remember({ type, value, ...series }, at) {
  const key = keyOf(series);
  const known = history.get(key) ?? { values: [], raw: undefined, at: undefined };
  if (known.at === at) return;
  const rate = known.at === undefined ? 0 : Math.max(0, (value - known.raw) / ((at - known.at) / 1000));
  known.values = [...known.values, type === 'counter' ? rate : value].slice(-points);
  history.set(key, { ...known, raw: value, at });
}

function card(one) {
  const { values = [] } = history.get(keyOf(one)) ?? {};
  const unit = one.type === 'counter' ? `${amount(values.at(-1) ?? 0)}/s` : '';
  const { name, labels = {} } = one;
  const details = Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(' ');
  return h(
    'figure',
    {},
    h('figcaption', { title: keyOf(one) }, h('span', {}, name), h('span', { class: 'quiet' }, details)),
    line(values, name),
    h('p', {}, h('strong', {}, amount(one.value)), ' ', h('span', { class: 'quiet' }, unit)),
  );
}

function line(values, name) {
  const top = Math.max(...values, 0) || 1;
  const bottom = Math.min(...values, 0);
  const at = (value, index) =>
    `${(index / Math.max(1, points - 1)) * 120},${28 - ((value - bottom) / (top - bottom)) * 26}`;
  const path = svg('polyline', { points: values.map(at).join(' ') });
  return svg(
    'svg',
    {
      viewBox: '0 0 120 30',
      preserveAspectRatio: 'none',
      class: 'line',
      role: 'img',
      'aria-label': `${name} over the last minutes`,
    },
    path,
  );
}

const rest = (count) => (count > 0 ? h('p', { class: 'quiet' }, `and ${count} more series`) : '');
