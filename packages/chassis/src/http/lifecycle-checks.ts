import type { Lifecycle } from '../process/lifecycle.ts';
import type { Health } from './health.ts';

export type ProbeOptions = { health: Health; lifecycle: Lifecycle; drainReadiness: 'keep' | 'fail' };

/**
 * Add checks of the lifecycle to `/livez`, `/readyz` and `/startupz`. Liveness ignores the drain: a Pod that stops is not stuck.
 */
export function addLifecycleChecks({ health, lifecycle, drainReadiness }: ProbeOptions): void {
  const started = () => {
    if (lifecycle.state === 'starting') throw new Error('still starting');
  };
  health.add('livez', 'ping', () => undefined);
  health.add('startupz', 'started', started);
  health.add('readyz', 'started', started);
  if (drainReadiness === 'fail') {
    health.add('readyz', 'not-draining', () => {
      if (lifecycle.draining) throw new Error('draining');
    });
  }
}
