import { bodyOf } from './dom.js';
import { showChaos } from './panels/chaos.js';
import { showContainers } from './panels/containers.js';
import { showDownward } from './panels/downward.js';
import { showIdentity } from './panels/identity.js';
import { showLifecycle } from './panels/lifecycle.js';
import { showLoad } from './panels/load.js';
import { showMetrics } from './panels/metrics.js';
import { showNotes } from './panels/notes.js';
import { showPeers } from './panels/peers.js';
import { showProbes } from './panels/probes.js';
import { showSettings } from './panels/settings.js';
import { showSite } from './panels/site.js';

const panels = {
  identity: showIdentity,
  containers: showContainers,
  lifecycle: showLifecycle,
  probes: showProbes,
  site: showSite,
  notes: showNotes,
  load: showLoad,
  metrics: showMetrics,
  downward: showDownward,
  peers: showPeers,
  settings: showSettings,
  chaos: showChaos,
};

const byId = (id) => document.getElementById(id);

/** Show one document of `/api/console`. A panel that fails says so and leaves the others alone. */
function show(facts) {
  showHeader(facts);
  for (const [id, panel] of Object.entries(panels)) {
    try {
      panel(byId(id), facts);
    } catch (error) {
      bodyOf(byId(id)).textContent = `cannot be shown: ${error.message}`;
    }
  }
}

function showHeader({ identity, lifecycle, banner }) {
  const name = identity.pod ?? identity.hostname;
  document.title = `${name} · podkit`;
  byId('pod-name').textContent = name;
  setText('pod-state', lifecycle.state);
  byId('pod-state').dataset.state = lifecycle.state;
  byId('banner').textContent = banner ?? '';
  byId('banner').hidden = !banner;
}

/** Only when it differs, so that a screen reader speaks of changes alone. */
function setText(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/** The stream reconnects by itself; while it is down the page keeps what it knew and says so. */
function follow() {
  const source = new EventSource('/api/console/events');
  source.addEventListener('open', () => setText('stream', 'live'));
  source.addEventListener('error', () => {
    setText('stream', 'connection lost, trying again');
    byId('pod-state').dataset.state = 'unknown';
    // A 503 (draining, too many streams) ends an EventSource for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 2000);
  });
  source.addEventListener('console', ({ data }) => show(JSON.parse(data)));
}

follow();
