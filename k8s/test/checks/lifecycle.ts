import type { V1Container } from '@kubernetes/client-node';
import type { PodEntry } from '../manifests/manifest-set.ts';
import { type Check, everyContainer, everyPod } from './check.ts';
import { type Budget, configOf } from './container-config.ts';

/** What the kubelet always leaves between SIGTERM and SIGKILL, in milliseconds. */
const spare = 2000;

const graceOf = ({ spec }: PodEntry) => (spec.terminationGracePeriodSeconds ?? 30) * 1000;

/** Milliseconds that the preStop hook takes by itself; one that calls the service is within its drain. */
function preStopOf({ lifecycle }: V1Container): number {
  const { sleep, exec } = lifecycle?.preStop ?? {};
  const slept = /\bsleep ([\d.]+)/.exec((exec?.command ?? []).join(' '))?.[1];
  return Number(sleep?.seconds ?? slept ?? 0) * 1000;
}

const timeOf = ({ drainDelay, shutdownTimeout }: Budget) => drainDelay + shutdownTimeout;

/** How a Pod ends: the containers at once, then the sidecars one after the other. */
function endOf({ containers }: PodEntry): number {
  const times = containers
    .filter(({ endless }) => endless)
    .map(({ container, sidecar }) => {
      const { budget } = configOf(container);
      return { sidecar, time: preStopOf(container) + (budget === undefined ? 0 : timeOf(budget)) };
    });
  const together = Math.max(0, ...times.filter(({ sidecar }) => !sidecar).map(({ time }) => time));
  return times.filter(({ sidecar }) => sidecar).reduce((sum, { time }) => sum + time, together);
}

/** Starting and ending well. */
export const lifecycle: Check[] = [
  everyContainer(
    'grace-period-fits',
    'The grace period holds preStop, drain delay, timeout and 2 s.',
    ({ container, pod }) => {
      const { budget } = configOf(container);
      const needed = preStopOf(container) + (budget === undefined ? 0 : timeOf(budget) + spare);
      return needed <= graceOf(pod) ? [] : [`${needed} ms in ${graceOf(pod)} ms`];
    },
  ),
  everyPod('grace-period-fits-all', 'The grace period holds the app, then its sidecars one by one, and 2 s.', (pod) =>
    endOf(pod) + spare <= graceOf(pod) ? [] : [`${endOf(pod) + spare} ms in ${graceOf(pod)} ms`],
  ),
  everyContainer(
    'grace-period-setting',
    'GRACE_PERIOD of a service is the grace period of its Pod.',
    ({ container, pod }) => {
      const setting = configOf(container).budget?.gracePeriod;
      return setting === undefined || setting === graceOf(pod) ? [] : [`${setting} ms, not ${graceOf(pod)} ms`];
    },
  ),
  everyContainer(
    'sidecar-without-pre-stop',
    'A sidecar has no preStop hook: it would run at once and not after the app.',
    ({ sidecar, container }) => !sidecar || container.lifecycle?.preStop === undefined,
  ),
];
