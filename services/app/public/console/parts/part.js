import { html } from '../lib/html.js';

/** A part of the page with its heading. `aside` stands beside the heading. */
export function Part({ id, title, aside, children, wide = false }) {
  return html`
    <section id=${id} class=${wide ? 'part wide' : 'part'} aria-labelledby=${`${id}-title`}>
      <header class="part-head">
        <h2 id=${`${id}-title`}>${title}</h2>
        ${aside}
      </header>
      ${children}
    </section>
  `;
}
