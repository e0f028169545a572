import { facts, h, show } from '../dom.js';
import { span, timeOf } from '../format.js';

export function showSite(section, { site, lifecycle }) {
  if (!site.published)
    return show(section, h('p', {}, 'Nothing is published yet: git-sync has not finished its first sync.'));
  const feed = lifecycle.events
    .filter(({ kind }) => kind === 'site')
    .slice(-5)
    .toReversed();
  return show(
    section,
    facts([
      ['Commit', site.commit ? h('code', { title: site.commit }, site.commit.slice(0, 12)) : 'a plain folder'],
      ['Published', site.ageSeconds === undefined ? undefined : `${span(site.ageSeconds * 1000)} ago`],
    ]),
    h(
      'ol',
      { class: 'timeline' },
      feed.map(({ at, text }) => h('li', {}, h('time', {}, timeOf(at)), ' ', text)),
    ),
    h('p', {}, h('a', { href: '/' }, 'Open the site')),
  );
}
