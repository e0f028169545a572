import { duration, none, number, perSecond } from '../lib/format.js';
import { html } from '../lib/html.js';
import { Value } from './value.js';

/**
 * A connection: its name, calls per second, the share that fails, and the duration of a call. `to` is the direction of the
 * calls, or of the data where the edge is a volume (`still`).
 */
export function Edge({ area, flow, what, to, still = false }) {
  const failing = flow !== undefined && flow.errors > 0;
  return html`
    <div class="edge" style=${area && { gridArea: area }} data-to=${to} data-state=${failing ? 'bad' : flow?.rate > 0 ? 'flowing' : 'idle'}>
      ${what && html`<span class="edge-what">${what}</span>`}
      ${!still && html`<span class="edge-flow">${flow === undefined ? what && none : html`<${Flow} flow=${flow} />`}</span>`}
    </div>
  `;
}

function Flow({ flow: { rate, errors, ms } }) {
  if (rate === 0) return 'idle';
  return html`
    <${Value} text=${perSecond(rate)} exact=${`${rate} calls per second, mean of the last 10 s`} />
    ${ms !== undefined && html`<${Value} text=${duration(ms)} exact=${`${ms} ms, mean of the last 10 s`} />`}
    ${errors > 0 && html`<strong title=${`${errors} failed calls per second`}>${number((errors / rate) * 100)} % errors</strong>`}
  `;
}
