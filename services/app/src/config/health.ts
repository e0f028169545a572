import { duration, flag, integer, list, optional, secret, text } from '@podkit/chassis/config/settings';

/** Readiness, the lifecycle's hooks, and chaos. */
export const healthSettings = {
  requires: list({
    default: ['ambassador', 'site'],
    description: 'Dependencies of readiness: ambassador, site, or none.',
  }),
  readyFile: text({
    default: '/run/app/ready',
    description:
      'File that exists while the app is ready, for exec probes. It is not written if its folder is missing.',
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
    description: 'Consecutive successes before the app becomes ready again.',
  }),
  postStartFile: optional(
    text({ description: 'File that a postStart hook writes. The app waits for it when it starts.' }),
  ),
  postStartTimeout: duration({
    default: '60s',
    description: 'Timeout of waiting for APP_POST_START_FILE; after it the process exits with code 4.',
  }),
  hookToken: optional(secret({ description: 'Bearer token for the hooks. Not set: every hook is refused.' })),
  chaos: flag({ env: 'CHAOS', default: false, description: 'Allow the chaos controls.' }),
  chaosToken: optional(secret({ description: 'Bearer token for the chaos controls; required with CHAOS.' })),
};
