import { useState } from 'preact/hooks';
import { duration } from '../lib/format.js';
import { html } from '../lib/html.js';
import { api, otherPod } from '../store/connect.js';
import { Part } from './part.js';

const controls = [
  ['Fail 3 liveness probes', 'PUT', 'probes/livez', { failNext: 3, duration: '60s' }],
  ['Fail 3 readiness probes', 'PUT', 'probes/readyz', { failNext: 3, duration: '60s' }],
  ['Fail readiness for 30 s', 'PUT', 'probes/readyz', { failNext: -1, duration: '30s' }],
  ['Hang for 10 s', 'PUT', 'hang', { duration: '10s' }],
  ['Burn CPU for 10 s', 'PUT', 'cpu', { duration: '10s', share: 0.9 }],
  ['Hold 64 MiB for 60 s', 'PUT', 'memory', { size: '64Mi', duration: '60s' }],
  ['Answer 200 ms late for 60 s', 'PUT', 'latency', { delay: '200ms', duration: '60s' }],
  ['Drop half of the connections for 30 s', 'PUT', 'drop', { share: 0.5, duration: '30s' }],
  ['Exit with code 7', 'POST', 'exit', { code: 7 }],
  ['End all', 'DELETE', '', undefined],
];

/** The chaos controls. The token is kept in this field only, and sent with each request. */
export function Chaos({ chaos, now }) {
  const [token, setToken] = useState('');
  const [response, setResponse] = useState('');
  if (!chaos.enabled) return null;
  if (otherPod !== null)
    return html`<${Part} id="chaos" title="Chaos"><p class="quiet">Open the Pod's own console to use chaos.</p><//>`;
  const run = async (control) => setResponse(await send(control, token));
  return html`
    <${Part} id="chaos" title="Chaos">
      <p class="token">
        <label for="chaos-token">Token</label>
        <input id="chaos-token" type="password" autocomplete="off" value=${token} onInput=${(event) => setToken(event.target.value)} />
        <output>${response}</output>
      </p>
      <div class="buttons">
        ${controls.map((control) => html`<button type="button" key=${control[0]} onClick=${() => void run(control)}>${control[0]}</button>`)}
      </div>
      <ul class="active" aria-label="Active">
        ${chaos.active.map(({ name, text, until }) => html`<li key=${name}>${text}, ${duration(Math.max(0, Math.round((until - now) / 1000) * 1000))} left</li>`)}
      </ul>
    <//>
  `;
}

async function send([, method, path, content], token) {
  const headers = { authorization: `Bearer ${token}`, ...(content && { 'content-type': 'application/json' }) };
  const body = content && JSON.stringify(content);
  try {
    const response = await fetch(api(path === '' ? 'chaos' : `chaos/${path}`), { method, headers, body });
    if (response.ok) return 'done';
    const { message = '' } = await response.json().catch(() => ({}));
    return `${response.status} ${message}`;
  } catch (error) {
    return `no response: ${error.message}`;
  }
}
