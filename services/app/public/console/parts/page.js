import { html } from '../lib/html.js';
import { useStore } from '../lib/use-store.js';
import { api } from '../store/connect.js';
import { page } from '../store/page.js';
import { serverNow } from '../store/reduce-page.js';
import { view } from '../store/view.js';
import { Chaos } from './chaos.js';
import { Details } from './details.js';
import { Diagram } from './diagram.js';
import { Downward } from './downward.js';
import { Header } from './header.js';
import { Members } from './members.js';
import { Metrics } from './metrics.js';
import { Settings } from './settings.js';
import { Timeline } from './timeline.js';
import { Usage } from './usage.js';

/** The whole page. The parts get what they show and keep no state of the Pod. */
export function Page() {
  const state = useStore(page);
  const chosen = useStore(view);
  const { document: pod } = state;
  if (pod === undefined) return html`<${Header} state=${state} />`;
  const now = serverNow(state);
  return html`
    <a class="skip" href="#diagram">Skip to the diagram</a>
    <${Header} state=${state} />
    <main>
      <${Diagram} pod=${pod} now=${now} />
      <div class="moments">
        <${Timeline} state=${state} chosen=${chosen} now=${now} />
        <${Usage} state=${state} chosen=${chosen} now=${now} />
      </div>
      <${Members} members=${pod.members} now=${now} />
      <${Settings} settings=${pod.settings} now=${now} />
      <${Metrics} metrics=${pod.metrics} history=${state.series} />
      <${Downward} downward=${pod.downward} />
      <${Chaos} chaos=${pod.chaos} now=${now} />
    </main>
    <footer>
      <a href=${api('console')}>This page as JSON</a>
      <a href=${api('console/history')}>The last hour as JSON</a>
    </footer>
    <${Details} id=${chosen.node} pod=${pod} now=${now} />
  `;
}
