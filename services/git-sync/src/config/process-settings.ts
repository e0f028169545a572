import { duration, flag, integer, list, optional, secret, text } from '@podkit/chassis/config/settings';

/** Settings of the process as a whole. */
export const processSettings = {
  oneTime: flag({ default: false, description: 'Exit after the first successful pass.' }),
  syncOnSignal: optional(text({ description: 'Signal, by name or number, that starts a pass at once.' })),
  groupWrite: flag({ default: false, description: 'Make all files group-writable (umask 0002).' }),
  addUser: flag({ default: false, description: 'Add the current UID to /etc/passwd; SSH needs it to be there.' }),
  git: text({ default: 'git', description: 'The git to run.' }),
  configFile: optional(text({ description: 'YAML file with several repositories to sync in this process. *' })),
  checkConfig: flag({
    default: false,
    description: 'Check the settings and --config-file, and exit: 0 if they are good. *',
  }),
  httpBind: optional(text({ description: 'Address to listen on: `:9376` or `127.0.0.1:9376`.' })),
  httpMetrics: flag({ default: false, description: 'Serve /metrics. Needs --http-bind.' }),
  httpPprof: flag({ default: false, description: 'Serve /debug/pprof/. Needs --http-bind.' }),
  staleAfter: duration({
    default: '0s',
    description: 'Not ready when the last success is older than this; 0 never. *',
  }),
  triggerSecret: optional(secret({ description: 'Secret of POST /sync; without one there is no such endpoint. *' })),
  triggerSecretFile: optional(text({ description: 'File with that secret. *' })),
  allowProtocol: list({
    default: ['https', 'http', 'ssh', 'git', 'file'],
    description: 'Protocols git may use for --repo, separated by commas; for submodules never file. *',
  }),
  verbose: integer({ default: 0, description: 'Log up to this level: 0 to 4 events, 5 commands, 6 their output.' }),
  drainDelay: duration({
    env: 'DRAIN_DELAY',
    default: '0s',
    description: 'How long to keep answering HTTP after SIGTERM. *',
  }),
  shutdownTimeout: duration({
    env: 'SHUTDOWN_TIMEOUT',
    default: '15s',
    description: 'How long a pass in flight may take to finish after SIGTERM before it is rolled back. *',
  }),
  podName: optional(text({ env: 'POD_NAME', description: 'Name of the Pod, for the log. *' })),
  podNamespace: optional(text({ env: 'POD_NAMESPACE', description: 'Namespace of the Pod, for the log. *' })),
  nodeName: optional(text({ env: 'NODE_NAME', description: 'Name of the node, for the log. *' })),
};
