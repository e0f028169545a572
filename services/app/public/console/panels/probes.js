import { h, show, svg } from '../dom.js';
import { timeOf } from '../format.js';

const kinds = ['livez', 'readyz', 'startupz', 'pre-stop', 'post-start'];
const cell = 9;
const longest = 60;

export function showProbes(section, { probes }) {
  const rows = kinds.flatMap((kind) => {
    const calls = probes.history.filter((call) => call.probe === kind).slice(-longest);
    return calls.length === 0 ? [] : [row(kind, calls, probes.counts[kind])];
  });
  const last = probes.history.slice(-6).toReversed();
  show(
    section,
    rows.length === 0 ? h('p', { class: 'quiet' }, 'Nobody has asked yet.') : rows,
    h('table', {}, h('caption', {}, 'Latest calls'), header(), h('tbody', {}, last.map(call))),
  );
}

/** A strip: one cell per call, newest at the right, taller the longer it took; a failed one is full height and marked. */
function row(kind, calls, counts) {
  const summary = `${kind}: ${counts?.ok ?? calls.length} ok, ${counts?.failed ?? 0} failed`;
  const slowest = Math.max(1, ...calls.map(({ milliseconds }) => milliseconds));
  const cells = calls.map(({ at, status, milliseconds, prober, chaos }, index) => {
    const ok = status < 400;
    const height = ok ? 5 + 15 * (milliseconds / slowest) : 22;
    const x = (longest - calls.length + index) * cell;
    const text = `${timeOf(at)} ${status} in ${milliseconds} ms by ${prober}${chaos ? ' (chaos)' : ''}`;
    const bar = svg('rect', { x, y: 22 - height, width: cell - 2, height, rx: 1, class: ok ? 'ok' : 'failed' });
    bar.append(svg('title', {}, text));
    return bar;
  });
  const strip = svg(
    'svg',
    { viewBox: `0 0 ${longest * cell} 22`, class: 'strip', role: 'img', 'aria-label': summary },
    ...cells,
  );
  return h('div', { class: 'strip-row' }, h('span', {}, summary), strip);
}

const header = () =>
  h(
    'thead',
    {},
    h(
      'tr',
      {},
      ['time', 'probe', 'by', 'answer', 'took'].map((name) => h('th', { scope: 'col' }, name)),
    ),
  );

const call = ({ at, probe, prober, status, milliseconds }) =>
  h(
    'tr',
    { 'data-ok': String(status < 400) },
    [timeOf(at), probe, prober, String(status), `${milliseconds} ms`].map((text) => h('td', {}, text)),
  );
