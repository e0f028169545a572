import { duration, flag, integer, number, optional, port, secret, text } from '@podkit/chassis/config/settings';

/** Where the app listens, what the site is, and who may do what. */
export const trafficSettings = {
  port: port({ env: 'PORT', default: 8080, description: 'Port of the site and the API.' }),
  adminPort: port({
    env: 'ADMIN_PORT',
    default: 8081,
    description: 'Port of the probes, hooks, console, stats and metrics.',
  }),
  tcpProbePort: optional(
    port({ description: 'Port for TCP readiness probes. It listens only while the app is ready.' }),
  ),
  grpcPort: optional(port({ description: 'Port of the gRPC health service (grpc.health.v1, without TLS).' })),
  site: text({ default: '/site/current', description: 'Folder of the site, or the link that git-sync publishes.' }),
  siteCsp: text({
    default:
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'",
    description: 'Content-Security-Policy of the site. Empty: none.',
  }),
  securityHeaders: flag({
    default: true,
    description: 'Whether the site sends security headers; false where a proxy sends them.',
  }),
  maxInFlight: integer({
    default: 2000,
    minimum: 0,
    description: 'Maximum requests in flight; one more is 503. 0: no limit.',
  }),
  maxEventLoopDelay: duration({
    default: '0s',
    description: 'Maximum mean delay of the event loop; above it requests are 503. 0: no limit.',
  }),
  maxHeap: number({
    default: 0.95,
    minimum: 0,
    maximum: 1,
    description: 'Maximum share of the heap; above it requests are 503. 0: no limit.',
  }),
  overloadUnready: duration({ default: '10s', description: 'Overload for this long makes the app unready. 0: never.' }),
  apiToken: optional(secret({ description: 'Bearer token for notes and data. Not set: everybody may use them.' })),
  consoleOpen: flag({
    default: false,
    description: 'Whether console and stats also answer callers outside the Pod that have no token.',
  }),
};
