import type { Place } from '@podkit/chassis/config/yaml';
import type { StoreSpec } from './file-schema.ts';

/** The other stores that a store needs, and where in its spec they are named. */
export function listReferences(spec: StoreSpec): { to: string; place: Place }[] {
  const rules = spec.driver === 'route' ? spec.rules : [];
  return [
    ...rules.map(({ store }, index) => ({ to: store, place: ['rules', index, 'store'] })),
    ...spec.policies.flatMap(({ mirror, failover }, index) => [
      ...(mirror === undefined ? [] : [{ to: mirror.to, place: ['policies', index, 'mirror', 'to'] }]),
      ...(failover === undefined ? [] : [{ to: failover.to, place: ['policies', index, 'failover', 'to'] }]),
    ]),
  ];
}
