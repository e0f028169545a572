import type { V1Container } from '@kubernetes/client-node';
import type { PodEntry } from '../manifests/manifest-set.ts';
import { type Check, every, everyContainer, everyPod } from './check.ts';
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
  everyPod(
    'grace-period-stated',
    'Every Pod says how long it may take to end.',
    ({ spec }) => spec.terminationGracePeriodSeconds !== undefined,
  ),
  everyContainer(
    'grace-period-fits',
    'The grace period holds preStop, drain delay, time-out and 2 s.',
    ({ container, pod }) => {
      const { budget } = configOf(container);
      const needed = preStopOf(container) + (budget === undefined ? 0 : timeOf(budget) + spare);
      return needed <= graceOf(pod) ? [] : [`${needed} ms in ${graceOf(pod)} ms`];
    },
  ),
  everyPod('grace-period-fits-all', 'The grace period holds the app, then its sidecars one by one, and 2 s.', (pod) =>
    endOf(pod) + spare <= graceOf(pod) ? [] : [`${endOf(pod) + spare} ms in ${graceOf(pod)} ms`],
  ),
  everyContainer('grace-period-told', 'A service is told the grace period that its Pod has.', ({ container, pod }) => {
    const told = configOf(container).budget?.gracePeriod;
    return told === undefined || told === graceOf(pod) ? [] : [`${told} ms, not ${graceOf(pod)} ms`];
  }),
  everyContainer(
    'safe-hooks',
    'postStart makes no HTTP request, which would race the listener; no hook opens a TCP connection, which the kubelet cannot.',
    ({ container: { lifecycle: hooks } }) =>
      hooks?.postStart?.httpGet === undefined &&
      hooks?.postStart?.tcpSocket === undefined &&
      hooks?.preStop?.tcpSocket === undefined,
  ),
  everyContainer(
    'sidecar-without-pre-stop',
    'A sidecar has no preStop hook: it would run at once and not after the app.',
    ({ sidecar, container }) => !sidecar || container.lifecycle?.preStop === undefined,
  ),
  everyPod(
    'no-service-links',
    'No Pod gets a variable for every Service of its namespace.',
    ({ spec }) => spec.enableServiceLinks === false,
  ),
  every(
    ['Job'],
    'job-goes-away',
    'A Job that has ended is removed after a while.',
    ({ spec }) => spec.ttlSecondsAfterFinished !== undefined,
  ),
  every(
    ['CronJob'],
    'cron-job-on-time',
    'A CronJob neither piles up nor starts too late.',
    ({ spec }) => spec.startingDeadlineSeconds !== undefined && spec.concurrencyPolicy === 'Forbid',
  ),
];
