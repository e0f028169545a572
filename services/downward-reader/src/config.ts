import {
  choice,
  duration,
  flag,
  integer,
  list,
  optional,
  port,
  settings,
  sharedSettings,
  text,
  url,
} from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';
import { runtimeNames } from './tune/runtimes.ts';

const sources = {
  dir: text({ default: '/etc/podinfo', description: 'Where the Downward API volume is mounted.' }),
  poll: duration({
    default: '5s',
    minimum: 100,
    description: 'Interval between polls, for plain folders and file systems that raise no event.',
  }),
  cpuDivisor: choice(['auto', '1m', '1'], {
    default: 'auto',
    description:
      'CPU divisor, if the name does not imply one; auto derives it from the value, the cgroup and the name.',
  }),
  memoryDivisor: choice(['auto', '1', '1k', '1Ki', '1M', '1Mi', '1G', '1Gi'], {
    default: 'auto',
    description: 'Memory divisor, if the name does not imply one; auto derives it as for CPUs.',
  }),
  cgroup: choice(['own', 'none'], {
    default: 'own',
    description: 'own: the limits are of this container. none: of another one, whose cgroup cannot be seen from here.',
  }),
  cgroupRoot: text({ default: '/sys/fs/cgroup', description: 'Where the cgroup file system is mounted.' }),
};

const output = {
  oneTime: flag({ default: false, description: 'Read once, write, exit: for an init container or a terminal.' }),
  format: choice(['json', 'table', 'env', 'otel'], {
    default: 'json',
    description: 'What --one-time writes: everything, the field matrix, runtime settings, OpenTelemetry attributes.',
  }),
  output: optional(text({ description: 'File that --one-time replaces in one step; without it, standard output.' })),
};

const tuning = {
  runtime: choice(['auto', ...runtimeNames, 'all'], {
    default: 'auto',
    description: 'Runtime to make settings for; auto detects it from the command of `exec`, and is node elsewhere.',
  }),
  memoryShare: integer({
    default: 90,
    minimum: 10,
    maximum: 90,
    description: 'Maximum of all heaps together, in percent of the limit.',
  }),
  pools: list({ default: [], description: 'More settings, by template: DB_POOL=cpus*4, CACHE_MIB=memory/4.' }),
  override: flag({ default: false, description: 'Replace settings that are already set.' }),
  print: flag({ default: false, description: 'With `exec`: print the settings and their reasons, and run nothing.' }),
  explain: flag({ default: false, description: 'With `exec`: print the arithmetic of each setting, and run nothing.' }),
};

const notify = {
  webhookUrl: optional(url({ description: 'URL that each change is POSTed to, as JSON.' })),
  webhookTimeout: duration({ default: '5s', minimum: 1, description: 'Timeout of the webhook.' }),
  command: optional(text({ description: 'Program to run at each change; it gets the change as JSON on stdin.' })),
  signal: optional(choice(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM'], { description: 'Signal to send at a change.' })),
  signalPidFile: optional(text({ description: 'File with the process id that gets the signal.' })),
};

const discovery = {
  peersSrv: optional(
    text({ description: 'SRV name of the headless service, such as _http._tcp.app.default.svc.cluster.local.' }),
  ),
  metricLabels: list({ default: [], description: 'Pod labels that become labels of downward_pod_labels.' }),
  metricNames: choice(['downward', 'kube'], {
    default: 'downward',
    description:
      'Prefix of pod_info and pod_labels; kube gives the names of kube-state-metrics, for clusters without it.',
  }),
  maxStreams: integer({ default: 2000, minimum: 1, description: 'Maximum number of clients of /events.' }),
};

/** Every setting of the downward-reader; the README's table is made from it. */
export const configSchema = settings({
  ...sharedSettings,
  port: port({ env: 'PORT', default: 8090, description: 'Port of the API, the probes and the metrics.' }),
  ...sources,
  ...output,
  ...tuning,
  ...notify,
  ...discovery,
});

export type Config = Static<typeof configSchema>;

/** Errors that only several settings together show. */
export function configErrors(config: Readonly<Config>): string[] {
  const errors: string[] = [];
  if (config.signal !== undefined && config.signalPidFile === undefined)
    errors.push('DOWNWARD_SIGNAL_PID_FILE: required with DOWNWARD_SIGNAL; the file that has the process id');
  if (config.output !== undefined && !config.oneTime) errors.push('DOWNWARD_OUTPUT: allowed only with --one-time');
  return errors;
}
