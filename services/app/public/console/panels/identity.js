import { facts, show } from '../dom.js';
import { span } from '../format.js';

export function showIdentity(section, { identity, at }) {
  const started = Date.parse(identity.startedAt);
  show(
    section,
    facts([
      ['Pod', identity.pod],
      ['Ordinal', identity.ordinal],
      ['Namespace', identity.namespace],
      ['Node', identity.node],
      ['Zone', identity.zone],
      ['Pod address', identity.podIp],
      ['Service account', identity.serviceAccount],
      ['Process', `${identity.pid}, Node ${identity.nodeVersion}`],
      ['Running for', span(at - started)],
    ]),
  );
}
