import htm from 'htm';
import { h } from 'preact';

/** Markup as a tagged template: html`<p class="quiet">${text}</p>`. Values are inserted as text, never as markup. */
export const html = htm.bind(h);
