import { bytes, duration, perSecond } from '../lib/format.js';
import { html } from '../lib/html.js';
import { stateMeaning } from '../lib/states.js';
import { view } from '../store/view.js';
import { State } from './state.js';
import { Lasting } from './value.js';

/** A container of the Pod. A click opens its details. */
export function Node({ id, pod, now }) {
  const container = pod.containers.find(({ name }) => name === id);
  const state = id === 'app' ? pod.lifecycle.state : (container?.state ?? 'unknown');
  return html`
    <button
      class="node"
      type="button"
      data-name=${id}
      style=${{ gridArea: id }}
      data-meaning=${stateMeaning(state)}
      aria-haspopup="dialog"
      onClick=${() => view.dispatch({ node: id })}
    >
      <span class="node-name">${id}</span>
      <${State} state=${state} />
      <span class="node-more quiet">${id === 'app' ? html`<${AppFacts} pod=${pod} now=${now} />` : sidecarFacts(container, now)}</span>
    </button>
  `;
}

function sidecarFacts(container, now) {
  const { memory, startedAt } = container ?? {};
  if (memory === undefined) return '';
  const up = startedAt && html`<span class="node-up">, up <${Lasting} since=${startedAt} now=${now} /></span>`;
  return html`${bytes(memory)}${up}`;
}

function AppFacts({ pod, now }) {
  const { overload, identity } = pod;
  const flow = pod.flows['clients>app'];
  const rows = [
    ['Up', html`<${Lasting} since=${Date.parse(identity.startedAt)} now=${now} />`],
    ['Requests', perSecond(flow?.rate ?? 0)],
    ['Failed', perSecond(flow?.errors ?? 0)],
    ['Latency', duration(flow?.ms)],
    ['In flight', String(overload.inFlight)],
    ['Loop delay', duration(overload.eventLoopDelayMs)],
  ];
  return rows.map(
    ([term, text]) => html`<span class="node-fact" key=${term}><span>${term}</span><span>${text}</span></span>`,
  );
}

/** A box for what is not a container of this Pod. */
export function Outside({ area, name, state, kind = 'outside' }) {
  return html`
    <div class=${`outside ${kind}`} style=${area && { gridArea: area }} data-meaning=${state && stateMeaning(state)}>
      <span>${name}</span>
      ${state && html`<${State} state=${state} />`}
    </div>
  `;
}
