import { html } from '../lib/html.js';
import { Part } from './part.js';
import { Age } from './value.js';

/** The settings that can change while the app runs. The server sends secrets as dots. */
export function Settings({ settings, now }) {
  return html`
    <${Part} id="settings" title="Live settings">
      <div class="scroll" tabindex="0" role="region" aria-label="Table of settings">
        <table>
          <thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">Source</th><th scope="col">Changed</th></tr></thead>
          <tbody>
            ${settings.map(
              ({ name, value, source, changedAt }) => html`
                <tr key=${name}>
                  <th scope="row">${name}</th>
                  <td>${value === '' ? html`<span class="quiet">empty</span>` : value}</td>
                  <td class="quiet">${source}</td>
                  <td class="quiet"><${Age} at=${changedAt} now=${now} /></td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    <//>
  `;
}
