import { html } from '../lib/html.js';
import { meaningOf } from '../lib/states.js';

/** A state as a word with a mark in its colour. */
export const State = ({ state, dim = false }) =>
  html`<span class="state" data-meaning=${dim ? 'off' : meaningOf(state)}>${state}</span>`;
