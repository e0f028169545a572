import { namespace } from '../app-client.ts';
import type { Case } from '../case.ts';
import { underLoad } from '../load-pod.ts';
import { autoscalerTakesOver } from './disruptions/autoscaler.ts';
import { claimRetention } from './disruptions/claims.ts';
import { evictBroken, evictEach } from './disruptions/eviction.ts';
import { networkFlows } from './disruptions/flows.ts';
import { invalidConfigMap, mistakes, recover } from './disruptions/mistakes.ts';
import { fullVolume, redisAtMaxmemory } from './disruptions/pressure.ts';
import { longRecovery } from './disruptions/recovery.ts';
import { type Images, rollBackAndUpgrade } from './disruptions/upgrade.ts';

/** What operators and nodes do to a running suite. During the cases with `whileLoaded`, no request for the site may fail. */
export function disruptionCases(folder: string, images: Images): Case[] {
  const { registry, tag, previous } = images;
  const whileLoaded = (work: () => Promise<string>) =>
    underLoad(`${registry}/app:${tag}`, `http://podkit.${namespace}/`, work);
  const upgrade = {
    name: 'disruption: a rollback to the previous release, and an upgrade from it',
    run: () => whileLoaded(() => rollBackAndUpgrade(images)),
  };
  return [
    { name: 'disruption: every Pod is evicted, as a drain does it', run: () => whileLoaded(evictEach) },
    {
      name: 'disruption: a broken Pod is evicted in spite of its disruption budget',
      run: () => whileLoaded(evictBroken),
    },
    ...mistakes.map((mistake) => ({
      name: `disruption: a rollout with ${mistake.name}`,
      run: () => whileLoaded(() => recover(mistake)),
    })),
    { name: 'disruption: a ConfigMap with a typing error', run: () => whileLoaded(invalidConfigMap) },
    ...(previous === '' ? [] : [upgrade]),
    { name: 'disruption: a PostgreSQL that recovers for three minutes', run: () => whileLoaded(longRecovery) },
    { name: 'disruption: connections that no NetworkPolicy allows', run: () => whileLoaded(networkFlows) },
    { name: 'disruption: an emptyDir that is full', run: fullVolume },
    { name: 'disruption: a Redis at its maxmemory', run: redisAtMaxmemory },
    { name: 'disruption: a scale-down that deletes or keeps claims', run: claimRetention },
    { name: 'disruption: an autoscaler takes over a running suite', run: () => autoscalerTakesOver(folder) },
  ];
}
