import { bytes, choice, duration, integer, optional, secret, text, url } from '@podkit/chassis/config/settings';

/** Notes behind the ambassador, and the data of this Pod and the other members. */
export const dataSettings = {
  notesProtocol: choice(['dapr', 'redis'], { default: 'dapr', description: 'How notes reach the ambassador.' }),
  ambassadorUrl: url({ default: 'http://127.0.0.1:3500', description: "The ambassador's Dapr state API." }),
  ambassadorToken: optional(secret({ description: 'Its API token, sent as dapr-api-token.' })),
  redisUrl: url({ default: 'redis://127.0.0.1:6379', description: "The ambassador's Redis protocol, for redis." }),
  store: text({ default: 'notes', description: 'Name of the state store, for dapr.', pattern: '^[A-Za-z0-9._-]+$' }),
  storeTimeout: duration({ default: '2s', minimum: 1, description: 'Timeout of a request to the ambassador.' }),
  noteLimit: bytes({ default: '64Ki', minimum: 1, description: 'Maximum body of a note; a larger one is 413.' }),
  data: text({
    default: '/data',
    description: "Folder on the Pod's own volume for its data; none where it is missing.",
  }),
  dataLimit: bytes({
    default: '256Mi',
    minimum: 65536,
    description: 'Maximum size of the database; beyond it writes get 507.',
  }),
  valueLimit: bytes({ default: '64Ki', minimum: 1, description: 'Maximum value of a key; a larger one is 413.' }),
  claim: optional(text({ description: "Name of the volume's claim, to be shown." })),
  podIndex: optional(integer({ minimum: 0, description: "The StatefulSet's ordinal; else from the end of POD_NAME." })),
  podsSrv: optional(
    text({ description: 'SRV name of the headless service, _http._tcp.app.default.svc.cluster.local. None: one Pod.' }),
  ),
  podsDns: optional(text({ description: 'DNS server to ask instead of the one of the system, as host:port.' })),
  podsTimeout: duration({ default: '5s', minimum: 1, description: 'Timeout of a request to another Pod.' }),
  internalToken: optional(
    secret({ description: 'Bearer token between the Pods of the service; required with APP_PODS_SRV.' }),
  ),
};
