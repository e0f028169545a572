import { duration, flag, integer, number, optional, port, secret, text } from '@podkit/chassis/config/settings';

/** Listeners, site, limits of requests, and access. */
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
    description: 'Maximum number of requests in flight; further ones get 503. 0: no limit.',
  }),
  maxEventLoopDelay: duration({
    default: '0s',
    description: 'Maximum mean delay of the event loop; above it requests get 503. 0: no limit.',
  }),
  maxHeap: number({
    default: 0.95,
    minimum: 0,
    maximum: 1,
    description: 'Maximum share of the heap in use; above it requests get 503. 0: no limit.',
  }),
  overloadUnready: duration({
    default: '10s',
    description: 'Time of overload after which the app becomes unready. 0: never.',
  }),
  apiToken: optional(secret({ description: 'Bearer token for notes and data. Not set: no token is needed.' })),
  consoleOpen: flag({
    default: false,
    description: 'Whether console and stats also answer callers outside the Pod without a token.',
  }),
};
