import type { Options } from './options.ts';
import type { PortClaim } from './ports.ts';

/** Every port that a run will listen on, with the option that moves it. */
export function portClaims(options: Options, hasRedis: boolean): PortClaim[] {
  const claims: PortClaim[] = [
    { port: options.appPort, option: '--app-port', for: 'app' },
    { port: options.appAdminPort, option: '--app-admin-port', for: "app's probes" },
    { port: options.gitSyncPort, option: '--git-sync-port', for: 'git-sync' },
    { port: options.ambassadorPort, option: '--ambassador-port', for: 'ambassador' },
    { port: options.ambassadorAdminPort, option: '--ambassador-admin-port', for: "ambassador's probes" },
    { port: options.ambassadorRedisPort, option: '--ambassador-redis-port', for: "ambassador's Redis endpoint" },
    { port: options.adapterPort, option: '--adapter-port', for: 'metrics-adapter' },
    { port: options.statsdPort, option: '--statsd-port', for: 'StatsD' },
    { port: options.downwardPort, option: '--downward-port', for: 'downward-reader' },
  ];
  if (options.postgresUrl === undefined) {
    claims.push({ port: options.postgresPort, option: '--postgres-port', for: 'PostgreSQL' });
  }
  if (options.redisUrl === undefined && hasRedis) {
    claims.push({ port: options.redisPort, option: '--redis-port', for: 'Redis' });
  }
  return claims;
}
