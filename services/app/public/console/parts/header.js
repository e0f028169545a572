import { age, duration, time } from '../lib/format.js';
import { html } from '../lib/html.js';
import { staleSince } from '../store/reduce-page.js';
import { State } from './state.js';
import { Lasting } from './value.js';

/** The Pod's name and state, and the age of what the page shows. */
export function Header({ state }) {
  const { document: pod, now, skew } = state;
  const stale = staleSince(state);
  const name = pod?.identity.pod ?? pod?.identity.hostname ?? 'podkit';
  const text = pod === undefined ? 'connecting' : stale === undefined ? pod.lifecycle.state : 'stale';
  document.title = `${name} ${text} · podkit`;
  return html`
    <header class="top" data-stale=${stale !== undefined}>
      <h1>${name}</h1>
      ${pod && html`<${State} state=${pod.lifecycle.state} dim=${stale !== undefined} />`}
      ${pod && html`<p class="quiet since">for <${Lasting} since=${pod.lifecycle.since} now=${now + skew} /></p>`}
      ${pod && html`<${Place} identity=${pod.identity} />`}
      <p class="age" role="status">${ageText(state, stale)}</p>
    </header>
    ${stale !== undefined && html`<${Stale} since=${stale} now=${now} />`}
    ${pod?.lifecycle.drain && html`<${Drain} drain=${pod.lifecycle.drain} now=${now + skew} />`}
    ${pod?.banner && html`<p class="bar">${pod.banner}</p>`}
  `;
}

function ageText({ document: pod }, stale) {
  if (pod === undefined) return stale === undefined ? 'connecting' : 'no connection';
  return stale === undefined ? 'live' : `stale since ${time(stale)}`;
}

function Place({ identity }) {
  const { namespace, node, zone, podIp } = identity;
  const parts = [namespace, node, zone, podIp].filter(Boolean);
  return html`<p class="quiet place">${parts.map((part) => html`<span key=${part}>${part}</span>`)}</p>`;
}

function Stale({ since, now }) {
  const text = `No event for ${age(since, now)}. This page shows the state of ${time(since)}.`;
  return html`<p class="bar stale">${text}</p>`;
}

/** The countdown of the drain: first to the end of the delay, in which the app still answers, then to the deadline. */
function Drain({ drain, now }) {
  const { startedAt, delayMs, timeoutMs, inFlight } = drain;
  const elapsed = Math.max(0, now - startedAt);
  const left = (until) => duration(Math.max(0, Math.ceil((until - elapsed) / 1000) * 1000));
  const phase =
    elapsed < delayMs
      ? `Draining: still answering, closes in ${left(delayMs)}`
      : `Draining: closing, cut off in ${left(delayMs + timeoutMs)}`;
  return html`
    <p class="bar drain">
      <span>${phase}; ${inFlight} in flight</span>
      <progress aria-label="Drain" max=${delayMs + timeoutMs} value=${Math.min(elapsed, delayMs + timeoutMs)}></progress>
    </p>
  `;
}
