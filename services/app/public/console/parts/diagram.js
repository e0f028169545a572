import { number, shortCommit } from '../lib/format.js';
import { html } from '../lib/html.js';
import { Edge } from './edge.js';
import { Node, Outside } from './node.js';
import { Part } from './part.js';
import { Age } from './value.js';

/** The Pod as a diagram: its callers, its containers, the volumes between them, and the servers behind them. */
export function Diagram({ pod, now }) {
  const { stores } = pod;
  const storeNames = stores.length > 0 ? stores : [{ name: 'stores', up: undefined }];
  return html`
    <${Part} id="diagram" title="Pod" wide=${true}>
      <div class="diagram" data-stores=${storeNames.length}>
        <div class="pod" aria-hidden="true"></div>
        <${Callers} pod=${pod} />
        <${Node} id="app" pod=${pod} now=${now} />
        <${GitSync} pod=${pod} now=${now} />
        <${Ambassador} pod=${pod} now=${now} stores=${storeNames} />
        <${Adapter} pod=${pod} now=${now} />
        <${DownwardReader} pod=${pod} now=${now} />
      </div>
    <//>
  `;
}

/** The callers of the app, and its volume. */
function Callers({ pod }) {
  const own = pod.members.find(({ self }) => self);
  const keys = own?.keys === undefined ? 'files' : `${number(own.keys)} keys`;
  return html`
    <div class="callers">
      <${Outside} area="clients" name="Clients" />
      <${Edge} area="clients-app" flow=${pod.flows['clients>app']} what="HTTP" to="right" />
      <${Outside} area="kubelet" name="Kubelet" />
      <${Edge} area="kubelet-app" flow=${pod.flows['kubelet>app']} what="probes" to="right" />
      <${Outside} area="data" name=${html`<span class="volume">data</span>`} />
      <${Edge} area="data-app" what=${keys} to="both" still=${true} />
    </div>
  `;
}

function GitSync({ pod, now }) {
  const { published, commit, publishedAt } = pod.site;
  const what = published
    ? html`<span class="volume">site</span> <code title=${commit}>${shortCommit(commit)}</code> <${Age} at=${publishedAt} now=${now} />`
    : html`<span class="volume">site</span> nothing yet`;
  return html`
    <${Edge} area="git-app" what=${what} to="left" still=${true} />
    <${Node} id="git-sync" pod=${pod} now=${now} />
    <${Edge} area="remote-git" flow=${pod.flows['remote>git-sync']} what="git" to="left" />
    <${Outside} area="remote" name="Git remote" />
  `;
}

function Ambassador({ pod, now, stores }) {
  return html`
    <${Edge} area="app-ambassador" flow=${pod.flows['app>ambassador']} what=${pod.notes.protocol === 'redis' ? 'Redis' : 'Dapr state'} to="right" />
    <${Node} id="ambassador" pod=${pod} now=${now} />
    <div class="stores">
      ${stores.map(
        ({ name, up }) => html`
          <div class="store-row" key=${name}>
            <${Edge} flow=${pod.flows[`ambassador>store:${name}`]} to="right" />
            <${Outside} name=${name} state=${up === undefined ? undefined : up ? 'up' : 'down'} kind="store" />
          </div>
        `,
      )}
    </div>
  `;
}

function Adapter({ pod, now }) {
  return html`
    <${Edge} area="app-adapter" flow=${pod.flows['app>metrics-adapter']} what="StatsD" to="right" />
    <${Node} id="metrics-adapter" pod=${pod} now=${now} />
    <${Edge} area="prometheus-adapter" flow=${pod.flows['prometheus>metrics-adapter']} what="scrapes" to="left" />
    <${Outside} area="prometheus" name="Prometheus" />
  `;
}

function DownwardReader({ pod, now }) {
  const { downward } = pod;
  const what = downward.ok
    ? html`<span class="volume">podinfo</span> ${Object.keys(downward.labels).length} labels`
    : html`<span class="volume">podinfo</span>`;
  return html`
    <${Edge} area="downward-app" flow=${pod.flows['app>downward-reader']} what="HTTP" to="right" />
    <${Node} id="downward-reader" pod=${pod} now=${now} />
    <${Edge} area="podinfo-downward" what=${what} to="left" still=${true} />
    <${Outside} area="podinfo" name="Downward API" />
  `;
}
