import { h, show } from '../dom.js';

/** What each value was last time, so that a change can be marked. */
const before = new Map();

export function showDownward(section, { downward }) {
  if (!downward.ok)
    return show(section, h('p', { class: 'detail' }, `The downward-reader does not answer: ${downward.error ?? ''}`));
  const { labels, annotations, files, environment, resources, tuning, missing = [] } = downward.data;
  return show(
    section,
    table('Labels', labels?.values ?? labels),
    table('Annotations', annotations?.values ?? annotations),
    table('Files', files),
    table('Environment', environment),
    table('Resources', resources),
    table('Runtime settings', tuning),
    missing.length > 0 &&
      h(
        'ul',
        { class: 'quiet' },
        missing.map((text) => h('li', {}, text)),
      ),
  );
}

function table(caption, values) {
  const entries = Object.entries(values ?? {});
  if (entries.length === 0) return undefined;
  const rows = entries.map(([name, value]) => {
    const text = typeof value === 'object' && value !== null ? summary(value) : String(value);
    const key = `${caption} ${name}`;
    const changed = before.has(key) && before.get(key) !== text;
    before.set(key, text);
    return h('tr', { 'data-changed': changed ? 'yes' : undefined }, h('th', { scope: 'row' }, name), h('td', {}, text));
  });
  return h('table', { class: 'pairs' }, h('caption', {}, caption), h('tbody', {}, rows));
}

/** A setting with its reason, or a limit with what its witnesses say. */
function summary({ value, reason, source, findings = [] }) {
  const said = value === null ? 'no limit' : String(value ?? 'not known');
  return [reason === undefined ? `${said}, says ${source}` : `${said}: ${reason}`, ...findings].join('; ');
}
