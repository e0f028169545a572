import { duration, shortCommit, time } from '../lib/format.js';
import { html } from '../lib/html.js';
import { stateMeaning } from '../lib/states.js';
import { entryAt } from '../time/rows.js';
import { markGroups, tickPaths } from '../time/tick-paths.js';

const rowHeight = 20;

/** One row of the timeline: its name, its entries, and the entry at the cursor, or else the current one. */
export function Row({ row, index, entries, scale, at, now }) {
  const entry = entryAt(row, entries, at ?? now);
  const empty = entries.length === 0;
  const text = empty ? 'none' : describe(row, entry);
  const Drawing = { bands: Bands, calls: Calls, marks: Marks }[row.type];
  const place = { gridRow: index + 1 };
  return html`
    <h3 class="row-name" style=${place} data-empty=${empty}>${row.label}</h3>
    <svg class="row" style=${place} data-empty=${empty} width=${scale.width} height=${rowHeight} role="img" aria-label=${`${row.label}: ${entries.length} in the last hour`}>
      <line class="row-line" x1="0" x2=${scale.width} y1=${rowHeight / 2} y2=${rowHeight / 2} />
      <${Drawing} entries=${entries} scale=${scale} />
    </svg>
    <p class="row-text" style=${place} data-empty=${empty} title=${text} data-failed=${entry?.ok === false}>${text}</p>
  `;
}

function describe(row, entry) {
  if (entry === undefined) return '';
  if (row.type === 'calls') {
    const { at, ok, status, milliseconds, prober, via } = entry;
    const response = via === 'grpc' ? (ok ? 'serving' : 'not serving') : status;
    return `${time(at)} ${response} in ${duration(milliseconds)}${prober === 'other' ? '' : `, ${prober}`}`;
  }
  if (row.type === 'bands') return entry.state === 'chaos' ? entry.text : entry.text.replace(/: /, ', ');
  return `${time(entry.at)} ${entry.text.replace(/[0-9a-f]{40}/g, shortCommit)}`;
}

/** A letter is some 7 pixels wide. */
const fits = (text, width) => width > text.length * 7 + 12;

function Bands({ entries, scale }) {
  return entries
    .filter(({ from, to }) => to >= scale.from && from <= scale.to)
    .map(({ from, to, state, text }) => {
      const left = Math.max(0, scale.x(from));
      const width = Math.max(2, Math.min(scale.width, scale.x(to)) - left);
      const label = state === 'chaos' ? text : state;
      return html`
        <g key=${from} class="band" data-meaning=${state === 'chaos' ? 'chaos' : stateMeaning(state)}>
          <rect x=${left} y="2" width=${width} height=${rowHeight - 4} rx="2" />
          ${fits(label, width) && html`<text x=${left + 6} y="14">${label}</text>`}
        </g>
      `;
    });
}

function Calls({ entries, scale }) {
  const { ok, chaos, failed } = tickPaths(entries, scale, rowHeight);
  return html`<path class="calls" data-meaning="ok" d=${ok} /><path class="calls" data-meaning="chaos" d=${chaos} /><path class="calls" data-meaning="bad" d=${failed} />`;
}

/** A diamond for each mark; marks that would overlap are one diamond with their number. */
function Marks({ entries, scale }) {
  return markGroups(entries, scale).map(
    ({ x, marks }) => html`
      <g key=${marks[0].at} class="mark" data-kind=${marks[0].kind} transform=${`translate(${x.toFixed(1)} ${rowHeight / 2})`}>
        <path d="M0-5L5 0L0 5L-5 0Z" />
        ${marks.length > 1 && html`<text x="8" y="4">${marks.length}</text>`}
      </g>
    `,
  );
}
