import { PodkitError } from '@podkit/chassis/errors';
import type { Health } from '@podkit/chassis/http/health';
import type { Config } from '../config.ts';
import { Dependency, type DependencyCheck } from './dependency.ts';
import type { Overload } from './overload.ts';

export type ReadinessOptions = {
  config: Readonly<Config>;
  health: Health;
  overload: Overload;
  /** The check of each dependency, by its name in APP_REQUIRES. */
  checks: Record<string, DependencyCheck>;
};

/** Add the readiness checks of dependencies and overload. Returns a function that stops them. */
export function addReadinessChecks({ config, health, overload, checks }: ReadinessOptions): () => void {
  const dependencies = config.requires.flatMap((name) => {
    const check = checks[name];
    if (check === undefined) return [];
    const dependency = new Dependency(check, {
      period: config.dependencyPeriod,
      timeout: config.dependencyTimeout,
      failures: config.dependencyFailures,
      successes: config.dependencySuccesses,
    });
    health.add('readyz', name, () => dependency.check());
    void dependency.start();
    return [dependency];
  });
  if (config.overloadUnready > 0) {
    health.add('readyz', 'overload', () => {
      if (overload.pressedFor() > config.overloadUnready)
        throw new PodkitError('ERR_OVERLOADED', overload.state.reasons.join(', '));
    });
  }
  return () => {
    for (const dependency of dependencies) dependency.stop();
  };
}
