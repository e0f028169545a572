import { bodyOf, h } from '../dom.js';

/** What the playground remembers between two documents of the stream. */
const state = { made: false, etag: undefined };

export function showNotes(section, { notes }) {
  if (!state.made) make(section);
  state.made = true;
  const where = section.querySelector('[data-part=where]');
  where.textContent = `Store ${notes.store} by ${notes.protocol}${notes.degraded ? ', degraded: answered from what was last seen' : ''}`;
  where.dataset.state = notes.degraded ? 'unready' : '';
}

function make(section) {
  const id = h('input', {
    id: 'note-id',
    name: 'id',
    value: 'hello',
    required: true,
    maxLength: 128,
    pattern: '[A-Za-z0-9._~\\-]+',
  });
  const text = h('textarea', { id: 'note-text', name: 'text', rows: 3 });
  const answer = h('output', { class: 'answer' });
  const list = h('ul', { class: 'chips', 'aria-label': 'Stored notes' });
  const button = (label, run) =>
    h(
      'button',
      { type: 'button', onclick: () => void run().catch((error) => (answer.textContent = String(error))) },
      label,
    );
  const url = () => `/api/notes/${encodeURIComponent(id.value)}`;

  const ask = async (init) => {
    const began = performance.now();
    const response = await fetch(url(), init);
    const body = response.status === 204 ? undefined : await response.json().catch(() => undefined);
    answer.textContent = described(response, body, performance.now() - began);
    state.etag = response.headers.get('etag') ?? undefined;
    return { response, body };
  };
  const pick = (name) => () => {
    id.value = name;
    return read();
  };
  const refresh = async () => {
    const { notes = [] } = await (await fetch('/api/notes?limit=20')).json();
    list.replaceChildren(...notes.map((note) => h('li', {}, button(note.id, pick(note.id)))));
  };
  const read = async () => {
    const { response, body } = await ask({});
    if (response.ok) text.value = body.text;
  };
  const write = async (condition) => {
    const headers = { 'content-type': 'application/json', ...condition };
    await ask({ method: 'PUT', headers, body: JSON.stringify({ text: text.value }) });
    await refresh();
  };
  const remove = async () => {
    await ask({ method: 'DELETE' });
    await refresh();
  };

  bodyOf(section).append(
    h('p', { class: 'quiet', 'data-part': 'where' }),
    h(
      'form',
      { onsubmit: (event) => event.preventDefault() },
      h('label', { htmlFor: 'note-id' }, 'Id'),
      id,
      h('label', { htmlFor: 'note-text' }, 'Text'),
      text,
      h(
        'div',
        { class: 'buttons' },
        button('Read', read),
        button('Write', () => write({})),
        button('Write if unchanged', () =>
          write(state.etag === undefined ? { 'if-none-match': '*' } : { 'if-match': state.etag }),
        ),
        button('Delete', remove),
      ),
    ),
    answer,
    list,
  );
  refresh().catch(() => undefined);
}

/** Status, time, who answered, and the tag or the error. */
function described({ status, headers }, body, milliseconds) {
  const from = [...headers]
    .filter(([name]) => name.startsWith('x-podkit-'))
    .map(([name, value]) => `${name.slice(9)} ${value}`);
  const etag = headers.get('etag');
  const parts = [
    `${status} in ${milliseconds.toFixed(1)} ms`,
    ...from,
    etag ? `ETag ${etag}` : '',
    body?.message ?? '',
  ];
  return parts.filter(Boolean).join(' · ');
}
