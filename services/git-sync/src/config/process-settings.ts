import { duration, flag, integer, list, optional, secret, text } from '@podkit/chassis/config/settings';

/** Settings of the process as a whole. */
export const processSettings = {
  oneTime: flag({ default: false, description: 'Exit after the first successful pass.' }),
  syncOnSignal: optional(text({ description: 'Signal, by name or number, that starts a pass at once.' })),
  groupWrite: flag({ default: false, description: 'Make all files group-writable (umask 0002).' }),
  addUser: flag({ default: false, description: 'Add the current UID to /etc/passwd, where SSH needs it.' }),
  git: text({ default: 'git', description: 'The git program to run.' }),
  configFile: optional(text({ description: 'YAML file with several repositories to sync in this process. *' })),
  checkConfig: flag({
    default: false,
    description: 'Check the settings and --config-file, then exit; 0 means they are valid. *',
  }),
  httpBind: optional(text({ description: 'Address to listen on: `:9376` or `127.0.0.1:9376`.' })),
  httpMetrics: flag({ default: false, description: 'Serve /metrics. Needs --http-bind.' }),
  httpPprof: flag({ default: false, description: 'Serve /debug/pprof/. Needs --http-bind.' }),
  swaggerUi: flag({
    env: 'SWAGGER_UI',
    default: false,
    description: 'Serve Swagger UI, a page that shows the OpenAPI document, at /docs. Needs --http-bind. *',
  }),
  staleAfter: duration({
    default: '0s',
    description: 'Readiness fails when the last success is older than this; 0 turns that off. *',
  }),
  triggerSecret: optional(
    secret({ description: 'Secret of POST /sync; without a secret that endpoint does not exist. *' }),
  ),
  triggerSecretFile: optional(text({ description: 'File with the secret of POST /sync, read for each request. *' })),
  allowProtocol: list({
    default: ['https', 'http', 'ssh', 'git', 'file'],
    description: 'Protocols that git may use, separated by commas; submodules never use file. *',
  }),
  verbose: integer({ default: 0, description: 'Log up to this level: 0 to 4 events, 5 commands, 6 their output.' }),
  drainDelay: duration({
    env: 'DRAIN_DELAY',
    default: '0s',
    description: 'How long HTTP is still answered after SIGTERM. *',
  }),
  shutdownTimeout: duration({
    env: 'SHUTDOWN_TIMEOUT',
    default: '15s',
    description: 'Maximum time from SIGTERM to the exit; a pass in flight is ended shortly before. *',
  }),
  podName: optional(text({ env: 'POD_NAME', description: 'Name of the Pod, for the log. *' })),
  podNamespace: optional(text({ env: 'POD_NAMESPACE', description: 'Namespace of the Pod, for the log. *' })),
  nodeName: optional(text({ env: 'NODE_NAME', description: 'Name of the node, for the log. *' })),
};
