import { useMemo, useRef } from 'preact/hooks';
import { duration, exactTime, shortTime, time } from '../lib/format.js';
import { html } from '../lib/html.js';
import { useStore } from '../lib/use-store.js';
import { useWidth } from '../lib/use-width.js';
import { axisRange, cursor, spans, view } from '../store/view.js';
import { rowEntries, rows } from '../time/rows.js';
import { timeScale, timeTicks } from '../time/scale.js';
import { Part } from './part.js';
import { Row } from './row.js';

/** All events, on one time axis. */
export function Timeline({ state, chosen, now }) {
  const drain = state.document.lifecycle.drain;
  const range = axisRange(chosen, now, drain);
  return html`
    <${Part} id="timeline" title="Timeline" wide=${true} aside=${html`<${Spans} chosen=${chosen} range=${range} />`}>
      <${Axis} state=${state} range=${range} now=${now} drain=${drain} />
    <//>
  `;
}

function Spans({ chosen: { span, zoom }, range }) {
  return html`
    <div class="spans">
      ${zoom && html`<span class="quiet">${time(range.from)} to ${time(range.to)}</span>`}
      <div class="segments" role="group" aria-label="Span of time">
        ${spans.map(
          ({ name, ms }) => html`
            <button key=${name} type="button" aria-pressed=${zoom === undefined && span === ms} onClick=${() => view.dispatch({ span: ms, zoom: undefined })}>${name}</button>
          `,
        )}
      </div>
    </div>
  `;
}

function Axis({ state, range, now, drain }) {
  const [ref, width] = useWidth();
  const { at } = useStore(cursor);
  const { events, calls, document: pod } = state;
  const scale = timeScale(range, Math.max(width, 1));
  const filled = useMemo(
    () => rows.map((row) => ({ row, entries: rowEntries(row, { events, calls, lives: pod.livesBefore ?? [] }, now) })),
    [events, calls, pod.livesBefore, now],
  );
  const shown = at !== undefined && at >= range.from && at <= range.to ? at : undefined;
  return html`
    <div class="axis">
      ${filled.map(({ row, entries }, index) => html`<${Row} key=${row.id} index=${index} row=${row} entries=${entries} scale=${scale} at=${shown} now=${now} />`)}
      <${Track} trackRef=${ref} scale=${scale} at=${shown} now=${now} drain=${drain} />
      <${Ruler} scale=${scale} />
      <p class="ruler-now">${shown === undefined ? 'now' : html`<time title=${exactTime(shown)}>${time(shown)}</time>`}</p>
    </div>
  `;
}

/** The layer above all rows. It takes pointer and keys, draws the cursor, and lets the reader choose a piece of time. */
function Track({ trackRef, scale, at, now, drain }) {
  const start = useRef(undefined);
  const pointedTime = (event) => scale.at(event.clientX - trackRef.current.getBoundingClientRect().left);
  const onPointerDown = (event) => {
    start.current = pointedTime(event);
    trackRef.current.setPointerCapture(event.pointerId);
  };
  const onPointerUp = (event) => {
    const [from, to] = [start.current, pointedTime(event)].toSorted((a, b) => a - b);
    start.current = undefined;
    // A finger only moves the cursor; a mouse also chooses a piece.
    if (event.pointerType === 'mouse' && scale.x(to) - scale.x(from) > 8) view.dispatch({ zoom: { from, to } });
  };
  const onKeyDown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (event.key === 'Escape') view.dispatch({ zoom: undefined });
    if (step === undefined) return;
    event.preventDefault();
    const next = (at ?? now) + (step * (scale.to - scale.from)) / 100;
    cursor.dispatch({ at: Math.min(scale.to, Math.max(scale.from, next)) });
  };
  return html`
    <div
      ref=${trackRef}
      class="track"
      role="slider"
      tabindex="0"
      aria-label="Moment on the timeline"
      aria-valuemin=${Math.round(scale.from)}
      aria-valuemax=${Math.round(scale.to)}
      aria-valuenow=${Math.round(at ?? now)}
      aria-valuetext=${at === undefined ? 'now' : time(at)}
      onPointerMove=${(event) => cursor.dispatch({ at: pointedTime(event) })}
      onPointerLeave=${({ pointerType }) => pointerType === 'mouse' && cursor.dispatch({ at: undefined })}
      onBlur=${() => cursor.dispatch({ at: undefined })}
      onPointerDown=${onPointerDown}
      onPointerUp=${onPointerUp}
      onDblClick=${() => view.dispatch({ zoom: undefined })}
      onKeyDown=${onKeyDown}
    >
      <svg width=${scale.width} height="100%" aria-hidden="true">
        ${drain && html`<${Deadlines} drain=${drain} scale=${scale} />`}
        ${scale.to > now && html`<line class="now" x1=${scale.x(now)} x2=${scale.x(now)} y1="0" y2="100%" />`}
        ${at !== undefined && html`<line class="cursor" x1=${scale.x(at)} x2=${scale.x(at)} y1="0" y2="100%" />`}
      </svg>
    </div>
  `;
}

/** When the drain stops answering, and its deadline. */
function Deadlines({ drain: { startedAt, delayMs, timeoutMs }, scale }) {
  const marks = [startedAt + delayMs, startedAt + delayMs + timeoutMs];
  return marks.map(
    (at) => html`<line key=${at} class="deadline" x1=${scale.x(at)} x2=${scale.x(at)} y1="0" y2="100%" />`,
  );
}

function Ruler({ scale }) {
  const { ticks, hasSeconds } = timeTicks(scale);
  return html`
    <div class="ruler">
      <svg width=${scale.width} height="16" role="img" aria-label=${`From ${time(scale.from)} to ${time(scale.to)}, ${duration(scale.to - scale.from)}`}>
        ${ticks
          .filter((at) => scale.x(at) > 28 && scale.x(at) < scale.width - 28)
          .map(
            (at) =>
              html`<text key=${at} x=${scale.x(at)} y="12" text-anchor="middle">${hasSeconds ? time(at) : shortTime(at)}</text>`,
          )}
      </svg>
    </div>
  `;
}
