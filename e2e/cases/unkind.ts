import { namespace } from '../app-client.ts';
import type { Case } from '../case.ts';
import { underLoad } from '../load-pod.ts';
import { autoscalerTakesOver } from './unkind/autoscaler.ts';
import { claimRetention } from './unkind/claims.ts';
import { evictBroken, evictEach } from './unkind/eviction.ts';
import { invalidConfigMap, mistakes, recover } from './unkind/mistakes.ts';
import { fullVolume, redisAtMaxmemory } from './unkind/pressure.ts';

/** What operators and nodes do to a running suite. Where it says so, clients ask for the site all the time and no request fails. */
export function unkindCases(folder: string, image: string): Case[] {
  const whileAsked = (work: () => Promise<string>) => underLoad(image, `http://podkit.${namespace}/`, work);
  return [
    { name: 'unkind: every Pod is evicted, as a drain does it', run: () => whileAsked(evictEach) },
    { name: 'unkind: a broken Pod is evicted in spite of its budget', run: () => whileAsked(evictBroken) },
    ...mistakes.map((mistake) => ({
      name: `unkind: a rollout with ${mistake.name}`,
      run: () => whileAsked(() => recover(mistake)),
    })),
    { name: 'unkind: a ConfigMap with a typing error', run: () => whileAsked(invalidConfigMap) },
    { name: 'unkind: an emptyDir that is full', run: fullVolume },
    { name: 'unkind: a Redis at its maxmemory', run: redisAtMaxmemory },
    { name: 'unkind: claims are deleted or kept as the retention policy says', run: claimRetention },
    { name: 'unkind: an autoscaler takes over a live suite', run: () => autoscalerTakesOver(folder) },
  ];
}
