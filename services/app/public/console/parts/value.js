import { age, ago, exactTime } from '../lib/format.js';
import { html } from '../lib/html.js';

/** A rounded value, with the exact one as tooltip. */
export const Value = ({ text, exact, name }) =>
  html`<data class=${name} value=${String(exact ?? '')} title=${exact === undefined ? undefined : String(exact)}>${text}</data>`;

/** A moment, as the time since then. */
export const Age = ({ at, now }) => html`<time dateTime=${exactTime(at)} title=${exactTime(at)}>${ago(at, now)}</time>`;

/** The duration of something that goes on. */
export const Lasting = ({ since, now }) =>
  html`<time dateTime=${exactTime(since)} title=${`since ${exactTime(since)}`}>${age(since, now)}</time>`;

/** Terms and their values; unknown values are left out. */
export function Facts({ pairs }) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return html`<dl class="facts">
    ${known.map(([term, value]) => html`<div key=${term}><dt>${addBreaks(term)}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** Let names such as app.kubernetes.io/name break only after a dot, slash or underscore. */
function addBreaks(text) {
  return String(text)
    .split(/(?<=[/._])/)
    .flatMap((piece, index) => (index === 0 ? [piece] : [html`<wbr />`, piece]));
}
