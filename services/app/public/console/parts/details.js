import { useEffect, useRef } from 'preact/hooks';
import { bytes, duration, number, percent } from '../lib/format.js';
import { html } from '../lib/html.js';
import { view } from '../store/view.js';
import { lifeBands } from '../time/rows.js';
import { State } from './state.js';
import { Age, Facts, Value } from './value.js';

const close = () => view.dispatch({ node: undefined });

/** A dialog with everything that is known of one container. */
export function Details({ id, pod, now }) {
  const ref = useRef(null);
  useEffect(() => {
    if (id !== undefined) ref.current.showModal();
    else if (ref.current.open) ref.current.close();
  }, [id]);
  const shut = (event) => event.target === ref.current && close();
  return html`
    <dialog ref=${ref} class="details" aria-labelledby="details-title" onClose=${close} onClick=${shut}>
      ${id !== undefined && html`<${Content} id=${id} pod=${pod} now=${now} />`}
    </dialog>
  `;
}

function Content({ id, pod, now }) {
  const container = pod.containers.find(({ name }) => name === id);
  const state = id === 'app' ? pod.lifecycle.state : container?.state;
  return html`
    <header class="part-head">
      <h2 id="details-title">${id}</h2>
      ${state && html`<${State} state=${state} />`}
      <button type="button" class="close" onClick=${close}>Close</button>
    </header>
    ${container && html`<${ContainerFacts} container=${container} now=${now} />`}
    ${id === 'app' && html`<${AppDetails} pod=${pod} now=${now} />`}
  `;
}

function ContainerFacts({ container, now }) {
  const { since, status, milliseconds, detail, version, startedAt, memory, cpuSeconds, metricsError } = container;
  return html`<${Facts}
    pairs=${[
      ['Since', html`<${Age} at=${since} now=${now} />`],
      ['Started', startedAt && html`<${Age} at=${startedAt} now=${now} />`],
      ['Version', version],
      ['Probe', status && `${status} in ${duration(milliseconds)}`],
      ['Memory', memory && html`<${Value} text=${bytes(memory)} exact=${`${memory} bytes`} />`],
      ['CPU time', cpuSeconds && html`<${Value} text=${duration(cpuSeconds * 1000)} exact=${`${cpuSeconds} s`} />`],
      ['Metrics', metricsError],
      ['Answer', detail && html`<pre>${detail}</pre>`],
    ]}
  />`;
}

function AppDetails({ pod, now }) {
  const { identity, notes, overload, probes } = pod;
  return html`
    <h3>Identity</h3>
    <${Facts}
      pairs=${[
        ['Namespace', identity.namespace],
        ['Node', identity.node],
        ['Zone', identity.zone],
        ['Pod address', identity.podIp],
        ['Host address', identity.hostIp],
        ['Service account', identity.serviceAccount],
        ['UID', identity.uid],
        ['Process', `${identity.pid}, Node ${identity.nodeVersion}`],
      ]}
    />
    ${pod.livesBefore?.length > 0 && html`<h3>Earlier runs</h3><${Lives} lives=${pod.livesBefore} now=${now} />`}
    <h3>Load</h3>
    <${Facts}
      pairs=${[
        ['In flight', number(overload.inFlight)],
        ['Heap used', percent(overload.heapUsedRatio)],
        ['Refused', `${number(overload.shedTotal)} requests`],
        ['Overloaded by', overload.reasons.join('; ')],
      ]}
    />
    <h3>Notes</h3>
    <${Facts}
      pairs=${[
        ['Store', notes.store],
        ['Through', `${notes.ambassador}, ${notes.protocol}`],
        ['State', notes.degraded ? html`degraded <${Age} at=${notes.degradedSince} now=${now} />` : 'answers'],
      ]}
    />
    <h3>Probe and hook calls</h3>
    <${Facts} pairs=${Object.entries(probes).map(([name, { ok, failed }]) => [name, `${number(ok)} ok, ${number(failed)} failed`])} />
  `;
}

/** The latest five, newest first. */
function Lives({ lives, now }) {
  const latest = lifeBands(lives).toReversed().slice(0, 5);
  return html`<${Facts} pairs=${latest.map(({ to, text }) => [text.split(':')[0], html`<${Age} at=${to} now=${now} />, ${text.replace(/^[^:]*: /, '')}`])} />`;
}
