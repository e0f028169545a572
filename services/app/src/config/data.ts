import { bytes, choice, duration, integer, optional, secret, text, url } from '@podkit/chassis/config/settings';

/** Notes behind the ambassador, and the data of this Pod and the other members. */
export const dataSettings = {
  notesProtocol: choice(['dapr', 'redis'], {
    default: 'dapr',
    description: 'Protocol between the app and the ambassador, for notes.',
  }),
  ambassadorUrl: url({ default: 'http://127.0.0.1:3500', description: "URL of the ambassador's Dapr state API." }),
  ambassadorToken: optional(secret({ description: 'API token of the ambassador, sent as dapr-api-token.' })),
  redisUrl: url({
    default: 'redis://127.0.0.1:6379',
    description: "URL of the ambassador's Redis endpoint, for APP_NOTES_PROTOCOL=redis.",
  }),
  store: text({
    default: 'notes',
    description: 'Name of the state store, for APP_NOTES_PROTOCOL=dapr.',
    pattern: '^[A-Za-z0-9._-]+$',
  }),
  storeTimeout: duration({ default: '2s', minimum: 1, description: 'Timeout of a request to the ambassador.' }),
  noteLimit: bytes({ default: '64Ki', minimum: 1, description: 'Maximum size of a note; a larger one gets 413.' }),
  data: text({
    default: '/data',
    description: "Folder on the Pod's volume for its data. If it is missing, no data is kept.",
  }),
  dataLimit: bytes({
    default: '256Mi',
    minimum: 65536,
    description: 'Maximum size of the database; a write beyond it gets 507.',
  }),
  valueLimit: bytes({ default: '64Ki', minimum: 1, description: 'Maximum size of a value; a larger one gets 413.' }),
  claim: optional(text({ description: "Name of the volume's claim; the console shows it." })),
  podIndex: optional(
    integer({ minimum: 0, description: 'Ordinal in the StatefulSet. Default: the number at the end of POD_NAME.' }),
  ),
  podsSrv: optional(
    text({
      description:
        'SRV name of the headless service, such as _http._tcp.app.default.svc.cluster.local. Not set: one Pod.',
    }),
  ),
  podsDns: optional(text({ description: "DNS server, as host:port. Default: the system's." })),
  podsTimeout: duration({ default: '5s', minimum: 1, description: 'Timeout of a request to another Pod.' }),
  internalToken: optional(
    secret({ description: 'Bearer token between the Pods of the service; required with APP_PODS_SRV.' }),
  ),
};
