import { render } from 'preact';
import { html } from './lib/html.js';
import { Page } from './parts/page.js';
import { connect } from './store/connect.js';
import { page } from './store/page.js';

connect(page);
setInterval(() => page.dispatch({ type: 'tick', at: Date.now() }), 1000);
render(html`<${Page} />`, document.getElementById('page'));
