import { duration, flag, integer, list, optional, secret, text } from '@podkit/chassis/config/settings';

/** Readiness, the lifecycle's hooks, and chaos. */
export const healthSettings = {
  requires: list({
    default: ['ambassador', 'site'],
    description: 'What must be there to be ready: ambassador, site, or none.',
  }),
  readyFile: text({
    default: '/run/app/ready',
    description: 'File that exists while the app is ready, for exec probes; none where its folder is missing.',
  }),
  dependencyPeriod: duration({ default: '1s', minimum: 10, description: 'Interval between dependency checks.' }),
  dependencyTimeout: duration({ default: '800ms', minimum: 1, description: 'Timeout of a dependency check.' }),
  dependencyFailures: integer({
    default: 3,
    minimum: 1,
    description: 'Consecutive failures before the app becomes unready.',
  }),
  dependencySuccesses: integer({
    default: 1,
    minimum: 1,
    description: 'Consecutive successes before it becomes ready.',
  }),
  postStartFile: optional(text({ description: 'File to wait for before starting, written by a postStart hook.' })),
  postStartTimeout: duration({ default: '60s', description: 'How long to wait for it before exiting with code 4.' }),
  hookToken: optional(secret({ description: 'Bearer token that hooks require; without it they are refused.' })),
  chaos: flag({ env: 'CHAOS', default: false, description: 'Allow the chaos controls.' }),
  chaosToken: optional(secret({ description: 'Bearer token for the chaos controls; required with CHAOS.' })),
};
