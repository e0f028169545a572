import { createStore } from './create-store.js';

/** The spans of time that can be chosen, in milliseconds. */
export const spans = [
  { name: '1 min', ms: 60_000 },
  { name: '5 min', ms: 5 * 60_000 },
  { name: '15 min', ms: 15 * 60_000 },
  { name: '1 h', ms: 60 * 60_000 },
];

/**
 * What the reader has chosen. `zoom` is a piece of the past, or undefined while the axis ends now; `node` is the container
 * whose details are open.
 */
const initial = { span: spans[1].ms, zoom: undefined, node: undefined };

export const view = createStore((state, change) => ({ ...state, ...change }), initial);
/** The time under the pointer. A store of its own, since it changes with each move of the pointer. */
export const cursor = createStore((state, { at }) => (at === state.at ? state : { at }), { at: undefined });

/** The first and the last moment of the axis. While the Pod drains the axis goes on to its deadline. */
export function axisRange({ span, zoom }, now, drain) {
  if (zoom !== undefined) return zoom;
  const deadline = drain ? drain.startedAt + drain.delayMs + drain.timeoutMs : 0;
  return { from: now - span, to: Math.max(now, deadline) };
}
