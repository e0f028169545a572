import { none, number } from '../lib/format.js';
import { html } from '../lib/html.js';
import { Part } from './part.js';
import { State } from './state.js';
import { Age, Lasting } from './value.js';

/** The Pods of the StatefulSet side by side. Each links to its console, through this Pod. */
export function Members({ members, now }) {
  if (members.length === 0) return null;
  return html`
    <${Part} id="members" title="Members" aside=${html`<span class="quiet">${members.length} known</span>`}>
      <ul class="members">
        ${members.map((member) => html`<${Member} key=${member.ordinal} member=${member} now=${now} />`)}
      </ul>
    <//>
  `;
}

function Member({ member, now }) {
  const { ordinal, name, self, ready, starts, keys, firstStartAt, startedAt, claim } = member;
  const title = html`<span class="ordinal">${ordinal}</span><span class="member-name">${name}</span>`;
  return html`
    <li class="member" data-self=${self}>
      ${self ? html`<span class="member-title">${title}</span>` : html`<a class="member-title" href=${`../pods/${ordinal}/console/`}>${title}</a>`}
      <${State} state=${ready ? 'ready' : 'unready'} />
      <dl>
        <div><dt>Claim</dt><dd>${claim ?? `data-${name}`}</dd></div>
        <div><dt>Starts</dt><dd>${number(starts)}</dd></div>
        <div><dt>Up</dt><dd>${startedAt ? html`<${Lasting} since=${startedAt} now=${now} />` : none}</dd></div>
        <div><dt>First start</dt><dd>${firstStartAt ? html`<${Age} at=${firstStartAt} now=${now} />` : none}</dd></div>
        <div><dt>Keys</dt><dd>${number(keys)}</dd></div>
      </dl>
    </li>
  `;
}
