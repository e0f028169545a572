import { age, ago, exactTime } from '../lib/format.js';
import { html } from '../lib/html.js';

/** A value for people, with the exact one on hover. */
export const Value = ({ text, exact, name }) =>
  html`<data class=${name} value=${String(exact ?? '')} title=${exact === undefined ? undefined : String(exact)}>${text}</data>`;

/** A moment as its age. */
export const Age = ({ at, now }) => html`<time dateTime=${exactTime(at)} title=${exactTime(at)}>${ago(at, now)}</time>`;

/** How long something lasts already. */
export const Lasting = ({ since, now }) =>
  html`<time dateTime=${exactTime(since)} title=${`since ${exactTime(since)}`}>${age(since, now)}</time>`;

/** Terms and their values; what is not known is left out. */
export function Facts({ pairs }) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return html`<dl class="facts">
    ${known.map(([term, value]) => html`<div key=${term}><dt>${breakable(term)}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** Names such as app.kubernetes.io/name may be broken after a dot, slash or underscore, and nowhere else. */
function breakable(text) {
  return String(text)
    .split(/(?<=[/._])/)
    .flatMap((piece, index) => (index === 0 ? [piece] : [html`<wbr />`, piece]));
}
