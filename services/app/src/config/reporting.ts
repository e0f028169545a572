import { bytes, duration, list, optional, text, url } from '@podkit/chassis/config/settings';

/** What the app sends about its requests, and what the console shows. */
export const reportingSettings = {
  statsd: optional(
    text({ pattern: '^[^:\\s]+:\\d{1,5}$', description: 'Receiver of StatsD metrics by UDP, as host:port.' }),
  ),
  statsdPeriod: duration({ default: '1s', minimum: 10, description: 'Interval between StatsD packets.' }),
  accessLog: optional(text({ description: 'File for one CSV line per request, for a log-reading adapter.' })),
  accessLogLimit: bytes({
    default: '16Mi',
    minimum: 1024,
    description: 'Size at which the access log is renamed to NAME.1.',
  }),
  settingsDir: list({ default: [], description: 'Folders of mounted ConfigMaps and Secrets, reloaded on change.' }),
  banner: text({ default: '', description: 'Banner text of the console.' }),
  gitSyncUrl: url({ default: 'http://127.0.0.1:9376/', description: "URL of git-sync's probe, for the console." }),
  ambassadorProbeUrl: url({
    default: 'http://127.0.0.1:3501/readyz',
    description: "URL of the ambassador's probe, for the console.",
  }),
  adapterUrl: url({ default: 'http://127.0.0.1:9464', description: 'URL of the metrics-adapter, for the console.' }),
  downwardUrl: url({ default: 'http://127.0.0.1:8090', description: 'URL of the downward-reader, for the console.' }),
  podIp: optional(text({ env: 'POD_IP', description: 'Address of the Pod.' })),
  hostIp: optional(text({ env: 'HOST_IP', description: 'Address of the node.' })),
  podUid: optional(text({ env: 'POD_UID', description: 'UID of the Pod.' })),
  serviceAccount: optional(text({ env: 'SERVICE_ACCOUNT', description: 'Service account of the Pod.' })),
  zone: optional(text({ env: 'ZONE', description: 'Zone of the node, from topology.kubernetes.io/zone.' })),
};
