import { createStore } from './create-store.js';
import { emptyPage, reducePage } from './reduce-page.js';

export const page = createStore(reducePage, emptyPage);
