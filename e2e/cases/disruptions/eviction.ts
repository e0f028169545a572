import { namespace, pods, rolledOut, uid, until, untilReplaced } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { attempt, type Outcome } from '../../run.ts';
import { breakReadiness, undoRollout } from './mistakes.ts';

/** Request an eviction, as `kubectl drain` does. The API refuses it with "disruption budget" if the budget allows no more. */
function evict(pod: string): Promise<Outcome> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
  return attempt('kubectl', ['create', '--raw', path, '-f', '-'], { input: JSON.stringify(eviction) });
}

/** Evict one Pod after the other and wait until each is back. While one is missing, the budget must refuse the next. */
export async function evictEach(): Promise<string> {
  const names = (await pods()).map((name) => name.replace('pod/', ''));
  let refused = 0;
  for (const [at, pod] of names.entries()) {
    const before = await uid(pod);
    await until(`the eviction of ${pod}`, async () => (await evict(pod)).code === 0);
    const next = names[(at + 1) % names.length] ?? '';
    if (/disruption budget/.test((await evict(next)).output)) refused += 1;
    await untilReplaced(pod, before);
    await rolledOut();
  }
  expect(refused === names.length, `a second Pod was evicted ${names.length - refused} times`);
  return `${names.length} Pods evicted one by one, each time a second eviction was refused`;
}

/** A Pod that never gets ready does not block the drain of its node, because its budget has AlwaysAllow. */
export async function evictBroken(): Promise<string> {
  const broken = await breakReadiness();
  try {
    const before = await uid(broken);
    const { code, output } = await evict(broken);
    expect(code === 0, `the broken Pod was not evicted: ${output}`);
    await untilReplaced(broken, before);
    return `${broken} was evicted while not ready`;
  } finally {
    await undoRollout(broken);
  }
}
