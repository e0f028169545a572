import { bytes, none } from '../lib/format.js';
import { html } from '../lib/html.js';
import { Part } from './part.js';
import { Facts, Value } from './value.js';

/** What the Downward API says about the Pod. */
export function Downward({ downward }) {
  if (!downward.ok)
    return html`<${Part} id="downward" title="Downward API"><p class="quiet">No answer: ${downward.error}</p><//>`;
  const { labels, annotations, fields, tuning } = downward;
  return html`
    <${Part} id="downward" title="Downward API" wide=${true}>
      <div class="columns">
        <${Group} title="Labels" pairs=${Object.entries(labels)} />
        <${Group} title="Annotations" pairs=${Object.entries(annotations)} />
        <${Group} title="Fields" pairs=${fields.filter(({ name }) => name).map(showField)} />
        <${Group} title="Recommended runtime settings" pairs=${Object.entries(tuning).map(showSetting)} />
      </div>
    <//>
  `;
}

function Group({ title, pairs }) {
  return html`<div><h3>${title}</h3>${pairs.length === 0 ? html`<p class="quiet">none</p>` : html`<${Facts} pairs=${pairs} />`}</div>`;
}

function showField({ name, value, source }) {
  const text = /memory|storage/.test(name) && typeof value === 'number' ? bytes(value) : String(value ?? none);
  return [name, html`<${Value} text=${text} exact=${`${value}, from ${source}`} />`];
}

const showSetting = ([name, setting]) => [
  name,
  html`<${Value} text=${setting?.value ?? String(setting)} exact=${setting?.reason} />`,
];
