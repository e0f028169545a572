import { bodyOf, h } from '../dom.js';

const controls = [
  ['Fail 3 liveness checks', 'PUT', 'probes/livez', { failNext: 3, duration: '60s' }],
  ['Fail 3 readiness checks', 'PUT', 'probes/readyz', { failNext: 3, duration: '60s' }],
  ['Fail readiness for 30 s', 'PUT', 'probes/readyz', { failNext: -1, duration: '30s' }],
  ['Hang for 10 s', 'PUT', 'hang', { duration: '10s' }],
  ['Burn CPU for 10 s', 'PUT', 'cpu', { duration: '10s', share: 0.9 }],
  ['Hold 64 MiB for 60 s', 'PUT', 'memory', { size: '64Mi', duration: '60s' }],
  ['Answer 200 ms late for 60 s', 'PUT', 'latency', { delay: '200ms', duration: '60s' }],
  ['Drop half of the connections for 30 s', 'PUT', 'drop', { share: 0.5, duration: '30s' }],
  ['Exit with code 7', 'POST', 'exit', { code: 7 }],
  ['End all of it', 'DELETE', '', undefined],
];

export function showChaos(section, { chaos, at }) {
  section.hidden = !chaos.enabled;
  if (!chaos.enabled) return;
  const body = bodyOf(section);
  if (body.childElementCount === 0) make(body);
  const active = chaos.active.map(({ text, until }) =>
    h('li', {}, until ? `${text}, ${Math.max(0, Math.round((until - at) / 1000))} s left` : text),
  );
  body.querySelector('[data-part=active]').replaceChildren(...active);
}

function make(body) {
  const token = h('input', { id: 'chaos-token', type: 'password', autocomplete: 'off' });
  const answer = h('output', { class: 'answer' });
  const run = async (method, path, content) => {
    const headers = { authorization: `Bearer ${token.value}`, ...(content && { 'content-type': 'application/json' }) };
    const response = await fetch(`/api/chaos${path === '' ? '' : `/${path}`}`, {
      method,
      headers,
      body: content && JSON.stringify(content),
    });
    const reply = await response.json().catch(() => ({}));
    answer.textContent = response.ok ? 'done' : `${response.status} ${reply.message ?? ''}`;
  };
  const buttons = controls.map(([label, ...request]) =>
    h(
      'button',
      { type: 'button', onclick: () => void run(...request).catch((error) => (answer.textContent = String(error))) },
      label,
    ),
  );
  body.append(
    h('p', {}, h('label', { htmlFor: 'chaos-token' }, 'Token '), token),
    h('div', { class: 'buttons' }, buttons),
    answer,
    h('ul', { 'data-part': 'active', 'aria-label': 'In force' }),
  );
}
