import type { V1Container } from '@kubernetes/client-node';
import type { PodEntry } from '../manifests/manifest-set.ts';
import { type Check, everyContainer, everyPod } from './check.ts';
import { type Budget, loadContainerConfig } from './container-config.ts';

/** The time that must be left before SIGKILL, in milliseconds. */
const spare = 2000;

const gracePeriod = ({ spec }: PodEntry) => (spec.terminationGracePeriodSeconds ?? 30) * 1000;

/** The duration of a preStop sleep in milliseconds. A hook that calls the service is a part of its drain. */
function measurePreStop({ lifecycle }: V1Container): number {
  const { sleep, exec } = lifecycle?.preStop ?? {};
  const slept = /\bsleep ([\d.]+)/.exec((exec?.command ?? []).join(' '))?.[1];
  return Number(sleep?.seconds ?? slept ?? 0) * 1000;
}

const shutdownTime = ({ drainDelay, shutdownTimeout }: Budget) => drainDelay + shutdownTimeout;

/** The milliseconds that a Pod needs to end: first the containers together, then the sidecars one after the other. */
function longestEnd({ containers }: PodEntry): number {
  const times = containers
    .filter(({ endless }) => endless)
    .map(({ container, sidecar }) => {
      const { budget } = loadContainerConfig(container);
      return { sidecar, time: measurePreStop(container) + (budget === undefined ? 0 : shutdownTime(budget)) };
    });
  const together = Math.max(0, ...times.filter(({ sidecar }) => !sidecar).map(({ time }) => time));
  return times.filter(({ sidecar }) => sidecar).reduce((sum, { time }) => sum + time, together);
}

/** Checks of grace periods and hooks. */
export const lifecycle: Check[] = [
  everyContainer(
    'grace-period-fits',
    'The grace period covers preStop, drain delay, shutdown timeout and 2 s.',
    ({ container, pod }) => {
      const { budget } = loadContainerConfig(container);
      const needed = measurePreStop(container) + (budget === undefined ? 0 : shutdownTime(budget) + spare);
      return needed <= gracePeriod(pod) ? [] : [`${needed} ms in ${gracePeriod(pod)} ms`];
    },
  ),
  everyPod('grace-period-fits-all', 'The grace period covers the app, then its sidecars one by one, and 2 s.', (pod) =>
    longestEnd(pod) + spare <= gracePeriod(pod) ? [] : [`${longestEnd(pod) + spare} ms in ${gracePeriod(pod)} ms`],
  ),
  everyContainer(
    'grace-period-setting',
    'GRACE_PERIOD of a service equals the grace period of its Pod.',
    ({ container, pod }) => {
      const setting = loadContainerConfig(container).budget?.gracePeriod;
      return setting === undefined || setting === gracePeriod(pod) ? [] : [`${setting} ms, not ${gracePeriod(pod)} ms`];
    },
  ),
  everyContainer(
    'sidecar-without-pre-stop',
    'A sidecar has no preStop hook, because the hook would run at once and not after the app.',
    ({ sidecar, container }) => !sidecar || container.lifecycle?.preStop === undefined,
  ),
];
