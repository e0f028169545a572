import { h, show } from '../dom.js';
import { size } from '../format.js';

export function showPeers(section, { shard }) {
  const own = `${shard.keys} keys, ${size(shard.bytes)}, journal ${size(shard.journalBytes)}`;
  if (shard.mode === 'single') return show(section, h('p', {}, `One Pod alone: ${own}.`));
  const members = shard.members.map(({ ordinal, name, state, self }) =>
    h(
      'li',
      {},
      h('span', {
        class: 'dot',
        'data-state': state === 'in' ? 'ready' : state === 'missing' ? 'unready' : 'unreachable',
        'aria-hidden': 'true',
      }),
      h('strong', {}, String(ordinal)),
      h('span', {}, name),
      h('span', { class: 'quiet' }, self ? `${state}, this one` : state),
    ),
  );
  return show(section, h('p', {}, `This Pod holds ${own}.`), h('ul', { class: 'rows' }, members));
}
