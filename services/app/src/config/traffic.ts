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
    port({ description: 'Port for a TCP readiness probe: it listens while the app is ready, and only then.' }),
  ),
  grpcPort: optional(port({ description: 'Port of the gRPC health service (grpc.health.v1, without TLS).' })),
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
  maxInFlight: integer({ default: 2000, minimum: 0, description: 'Requests at once before shedding; 0: no limit.' }),
  maxEventLoopDelay: duration({ default: '0s', description: 'Mean event-loop delay that sheds; 0: no limit.' }),
  maxHeap: number({ default: 0.95, minimum: 0, maximum: 1, description: 'Share of the heap that sheds; 0: no limit.' }),
  overloadUnready: duration({ default: '10s', description: 'Overload for this long makes it unready; 0: never.' }),
  apiToken: optional(
    secret({ description: 'Bearer token that notes and data require; without it they are open to everybody.' }),
  ),
  consoleOpen: flag({
    default: false,
    description: 'Whether console and stats answer callers from outside of the Pod, without a token.',
  }),
};
