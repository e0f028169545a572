import { namespace } from '../app-client.ts';
import type { Case } from '../case.ts';
import { underLoad } from '../load-pod.ts';
import { autoscalerTakesOver } from './unkind/autoscaler.ts';
import { claimRetention } from './unkind/claims.ts';
import { evictBroken, evictEach } from './unkind/eviction.ts';
import { networkFlows } from './unkind/flows.ts';
import { invalidConfigMap, mistakes, recover } from './unkind/mistakes.ts';
import { fullVolume, redisAtMaxmemory } from './unkind/pressure.ts';
import { longRecovery } from './unkind/recovery.ts';
import { type Images, rollBackAndUpgrade } from './unkind/upgrade.ts';

/** What operators and nodes do to a running suite. Where it says so, clients ask for the site all the time and no request fails. */
export function unkindCases(folder: string, images: Images): Case[] {
  const { registry, tag, previous } = images;
  const whileAsked = (work: () => Promise<string>) =>
    underLoad(`${registry}/app:${tag}`, `http://podkit.${namespace}/`, work);
  // It needs the images of the release before.
  const upgrade = {
    name: 'unkind: a rollback to the release before, and the upgrade from it',
    run: () => whileAsked(() => rollBackAndUpgrade(images)),
  };
  return [
    { name: 'unkind: every Pod is evicted, as a drain does it', run: () => whileAsked(evictEach) },
    { name: 'unkind: a broken Pod is evicted in spite of its budget', run: () => whileAsked(evictBroken) },
    ...mistakes.map((mistake) => ({
      name: `unkind: a rollout with ${mistake.name}`,
      run: () => whileAsked(() => recover(mistake)),
    })),
    { name: 'unkind: a ConfigMap with a typing error', run: () => whileAsked(invalidConfigMap) },
    ...(previous === '' ? [] : [upgrade]),
    { name: 'unkind: a PostgreSQL that recovers for three minutes', run: () => whileAsked(longRecovery) },
    { name: 'unkind: connections that no NetworkPolicy allows', run: () => whileAsked(networkFlows) },
    { name: 'unkind: an emptyDir that is full', run: fullVolume },
    { name: 'unkind: a Redis at its maxmemory', run: redisAtMaxmemory },
    { name: 'unkind: claims are deleted or kept as the retention policy says', run: claimRetention },
    { name: 'unkind: an autoscaler takes over a live suite', run: () => autoscalerTakesOver(folder) },
  ];
}
