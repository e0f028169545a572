import { h, show } from '../dom.js';
import { ago } from '../format.js';

export function showContainers(section, { containers, at }) {
  const items = containers.map(({ name, state, since, milliseconds, detail }) =>
    h(
      'li',
      {},
      h('span', { class: 'dot', 'data-state': state, 'aria-hidden': 'true' }),
      h('strong', {}, name),
      h('span', { class: 'state', 'data-state': state }, state),
      h('span', { class: 'quiet' }, describe({ since, milliseconds, at })),
      detail && state !== 'ready' ? h('span', { class: 'detail' }, detail) : undefined,
    ),
  );
  show(section, h('ul', { class: 'rows' }, items));
}

function describe({ since, milliseconds, at }) {
  const changed = since ? `since ${ago(since, at)}` : '';
  const took = milliseconds === undefined ? '' : `${Math.round(milliseconds * 10) / 10} ms`;
  return [changed, took].filter(Boolean).join(' · ');
}
