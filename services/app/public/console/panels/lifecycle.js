import { h, show } from '../dom.js';
import { span, timeOf } from '../format.js';

const order = ['starting', 'started', 'ready', 'draining', 'closed', 'exited'];

export function showLifecycle(section, { lifecycle }) {
  const { state, events, drain } = lifecycle;
  const reached = order.indexOf(state === 'unready' ? 'ready' : state);
  const steps = order.map((name, index) => {
    const shown = name === 'ready' && state === 'unready' ? 'unready' : name;
    const here = index === reached;
    return h(
      'li',
      { 'data-step': here ? shown : index < reached ? 'past' : 'next', 'aria-current': here ? 'step' : undefined },
      shown,
    );
  });
  const newest = events.slice(-12).toReversed();
  show(
    section,
    h('ol', { class: 'steps', 'aria-label': 'States' }, steps),
    drain && progress(drain),
    h(
      'ol',
      { class: 'timeline', 'aria-label': 'Events, newest first' },
      newest.map((event) => h('li', { 'data-kind': event.kind }, h('time', {}, timeOf(event.at)), ' ', event.text)),
    ),
  );
}

function progress({ delayMs, timeoutMs, elapsedMs, phase, inFlight, streams }) {
  const text = `${phase} for ${span(elapsedMs)}: ${inFlight} requests in flight, ${streams} streams`;
  const bar = h('progress', {
    max: delayMs + timeoutMs,
    value: Math.min(elapsedMs, delayMs + timeoutMs),
    'aria-label': 'Drain',
  });
  return h('div', { class: 'drain' }, bar, h('p', {}, text));
}
