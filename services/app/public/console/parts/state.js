import { html } from '../lib/html.js';
import { stateMeaning } from '../lib/states.js';

/** A state as a word, with a mark in the colour of its meaning. */
export const State = ({ state, dim = false }) =>
  html`<span class="state" data-meaning=${dim ? 'off' : stateMeaning(state)}>${state}</span>`;
