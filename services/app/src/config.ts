import {
  bytes,
  choice,
  duration,
  flag,
  integer,
  list,
  number,
  optional,
  port,
  secret,
  settings,
  sharedSettings,
  text,
  url,
} from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';
import { parseCsp } from './content-security-policy.ts';

const listeners = {
  port: port({ env: 'PORT', default: 8080, description: 'Port of the site and the API.' }),
  adminPort: port({
    env: 'ADMIN_PORT',
    default: 8081,
    description: 'Port of the probes, hooks, console, stats and metrics.',
  }),
  tcpProbePort: optional(
    port({ description: 'Port for a TCP readiness probe: it listens while the app is ready, and only then.' }),
  ),
  grpcPort: optional(port({ description: 'Port of the gRPC health service (grpc.health.v1, without TLS).' })),
};

const site = {
  site: text({ default: '/site/current', description: 'The link that git-sync publishes, or a plain folder.' }),
  siteCsp: text({
    default:
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'",
    description: 'Content-Security-Policy of the site; empty: none.',
  }),
  securityHeaders: flag({
    default: true,
    description: 'Whether the site sends that and the other security headers; false where a proxy does.',
  }),
};

const notes = {
  notesProtocol: choice(['dapr', 'redis'], { default: 'dapr', description: 'How notes reach the ambassador.' }),
  ambassadorUrl: url({ default: 'http://127.0.0.1:3500', description: "The ambassador's Dapr state API." }),
  ambassadorToken: optional(secret({ description: 'Its API token, sent as dapr-api-token.' })),
  redisUrl: url({ default: 'redis://127.0.0.1:6379', description: "The ambassador's Redis protocol, for redis." }),
  store: text({ default: 'notes', description: 'Name of the state store, for dapr.', pattern: '^[A-Za-z0-9._-]+$' }),
  storeTimeout: duration({ default: '2s', minimum: 1, description: 'Longest wait for one answer of the ambassador.' }),
  noteLimit: bytes({ default: '64Ki', minimum: 1, description: 'Largest body of a note; a larger one is 413.' }),
};

const readiness = {
  requires: list({
    default: ['ambassador', 'site'],
    description: 'What must be there to be ready: ambassador, site, or none.',
  }),
  readyFile: text({
    default: '/run/app/ready',
    description: 'File that exists while the app is ready, for exec probes; none where its folder is missing.',
  }),
  dependencyPeriod: duration({ default: '1s', minimum: 10, description: 'Time between two checks of a dependency.' }),
  dependencyTimeout: duration({ default: '800ms', minimum: 1, description: 'Longest wait for a dependency.' }),
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
};

const overload = {
  maxInFlight: integer({ default: 2000, minimum: 0, description: 'Requests at once before shedding; 0: no limit.' }),
  maxEventLoopDelay: duration({ default: '0s', description: 'Mean event-loop delay that sheds; 0: no limit.' }),
  maxHeap: number({ default: 0.95, minimum: 0, maximum: 1, description: 'Share of the heap that sheds; 0: no limit.' }),
  overloadUnready: duration({ default: '10s', description: 'Overload for this long makes it unready; 0: never.' }),
};

const lifecycle = {
  postStartFile: optional(text({ description: 'File to wait for before starting, written by a postStart hook.' })),
  postStartTimeout: duration({ default: '60s', description: 'How long to wait for it before exiting with code 4.' }),
  hookToken: optional(secret({ description: 'What hooks must send as a bearer token; without it they are refused.' })),
};

const chaos = {
  chaos: flag({ env: 'CHAOS', default: false, description: 'Allow the chaos controls.' }),
  chaosToken: optional(secret({ description: 'Bearer token for the chaos controls; required with CHAOS.' })),
};

const emission = {
  statsd: optional(
    text({ pattern: '^[^:\\s]+:\\d{1,5}$', description: 'Where to send StatsD metrics by UDP, as host:port.' }),
  ),
  statsdPeriod: duration({ default: '1s', minimum: 10, description: 'Time between two StatsD packets.' }),
  accessLog: optional(text({ description: 'File for one CSV line per request, for a log-reading adapter.' })),
  accessLogLimit: bytes({ default: '16Mi', minimum: 1024, description: 'Size at which it is renamed to NAME.1.' }),
};

const liveSettings = {
  settingsDir: list({ default: [], description: 'Folders of mounted ConfigMaps and Secrets, re-read while running.' }),
  banner: text({ default: '', description: 'Words at the top of the console.' }),
};

const pods = {
  data: text({
    default: '/data',
    description: "Folder on the Pod's own volume for its data; none where it is missing.",
  }),
  dataLimit: bytes({
    default: '256Mi',
    minimum: 65536,
    description: 'Size of the database; beyond it writes get 507.',
  }),
  valueLimit: bytes({ default: '64Ki', minimum: 1, description: 'Largest value of a key; a larger one is 413.' }),
  claim: optional(text({ description: "Name of the volume's claim, to be shown." })),
  podIndex: optional(integer({ minimum: 0, description: "The StatefulSet's ordinal; else from the end of POD_NAME." })),
  podsSrv: optional(
    text({ description: 'SRV name of the headless service, _http._tcp.app.default.svc.cluster.local. None: one Pod.' }),
  ),
  podsDns: optional(text({ description: 'DNS server to ask instead of the one of the system, as host:port.' })),
  podsTimeout: duration({ default: '5s', minimum: 1, description: 'Longest wait for an answer of another Pod.' }),
};

const tokens = {
  internalToken: optional(
    secret({ description: 'Token that the Pods of the service show each other; required with APP_PODS_SRV.' }),
  ),
  apiToken: optional(
    secret({ description: 'When set, notes and data take it as a bearer token and nobody without it.' }),
  ),
  consoleOpen: flag({
    default: false,
    description: 'Whether console and stats answer callers from outside of the Pod, who show no internal token.',
  }),
};

const console = {
  gitSyncUrl: url({ default: 'http://127.0.0.1:9376/', description: 'Where the console asks git-sync how it is.' }),
  ambassadorProbeUrl: url({ default: 'http://127.0.0.1:3501/readyz', description: 'The same for the ambassador.' }),
  adapterUrl: url({ default: 'http://127.0.0.1:9464', description: 'The metrics-adapter: probe and metrics.' }),
  downwardUrl: url({ default: 'http://127.0.0.1:8090', description: 'The downward-reader: probe and fields.' }),
  podIp: optional(text({ env: 'POD_IP', description: 'Address of the Pod.' })),
  hostIp: optional(text({ env: 'HOST_IP', description: 'Address of the node.' })),
  podUid: optional(text({ env: 'POD_UID', description: 'UID of the Pod.' })),
  serviceAccount: optional(text({ env: 'SERVICE_ACCOUNT', description: 'Its service account.' })),
  zone: optional(text({ env: 'ZONE', description: 'Its zone, from topology.kubernetes.io/zone.' })),
};

/** Every setting of the app; the README's table is made from it. */
export const configSchema = settings({
  ...sharedSettings,
  ...listeners,
  ...site,
  ...notes,
  ...readiness,
  ...overload,
  ...lifecycle,
  ...chaos,
  ...emission,
  ...liveSettings,
  ...pods,
  ...tokens,
  ...console,
});

export type Config = Static<typeof configSchema>;

const dependencies = ['ambassador', 'site', 'none'];

/** Faults that only several settings together show. */
export function configFaults(config: Readonly<Config>): string[] {
  const faults: string[] = [];
  for (const name of config.requires) {
    if (!dependencies.includes(name))
      faults.push(`APP_REQUIRES: ${JSON.stringify(name)} is none of ${dependencies.join(', ')}`);
  }
  for (const name of Object.keys(parseCsp(config.siteCsp))) {
    if (!/^[a-z-]+$/.test(name))
      faults.push(`APP_SITE_CSP: ${JSON.stringify(name)} is no directive such as default-src`);
  }
  if (config.requires.includes('none') && config.requires.length > 1) faults.push('APP_REQUIRES: none stands alone');
  if (config.chaos && config.chaosToken === undefined && config.settingsDir.length === 0)
    faults.push('APP_CHAOS_TOKEN: required with CHAOS=true; any text that callers then send as a bearer token');
  if (config.podsSrv !== undefined && config.podIndex === undefined && !/-\d+$/.test(config.podName ?? ''))
    faults.push('APP_POD_INDEX: required with APP_PODS_SRV, unless POD_NAME ends in the ordinal');
  for (const name of ['internalToken', 'apiToken', 'hookToken', 'chaosToken'] as const) {
    if (/\s/.test(config[name] ?? ''))
      faults.push(
        `APP_${name.replace('Token', '').toUpperCase()}_TOKEN: without blanks, since a bearer token has none`,
      );
  }
  if (config.podsSrv !== undefined && config.internalToken === undefined)
    faults.push('APP_INTERNAL_TOKEN: required with APP_PODS_SRV; the same text for all Pods of the service');
  return faults;
}
