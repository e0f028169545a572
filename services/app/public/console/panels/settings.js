import { h, show } from '../dom.js';
import { timeOf } from '../format.js';

export function showSettings(section, { settings }) {
  const rows = settings.map(({ name, value, source, changedAt }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', {}, String(value)),
      h('td', { class: 'quiet' }, changedAt ? `${source}, ${timeOf(changedAt)}` : source),
    ),
  );
  show(
    section,
    h(
      'table',
      { class: 'pairs' },
      h('caption', {}, 'Re-read from the mounted folder without a restart'),
      h('tbody', {}, rows),
    ),
  );
}
