import type { Health } from '@podkit/chassis/http/health';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Config } from '../config.ts';
import type { Availability } from './availability.ts';
import type { ProbeHistory } from './probe-history.ts';
import { ReadyFile } from './ready-file.ts';
import { TcpProbe } from './tcp-probe.ts';

export type PublishOptions = {
  config: Readonly<Config>;
  log: Logger;
  health: Health;
  lifecycle: Lifecycle;
  availability: Availability;
  history: ProbeHistory;
};

/** Publish readiness as a file, as a TCP port and by gRPC, in addition to HTTP. Each closes with the lifecycle. */
export async function publishReadiness(options: PublishOptions): Promise<void> {
  await openReadyFile(options);
  if (options.config.tcpProbePort !== undefined) openTcpProbe(options, options.config.tcpProbePort);
  if (options.config.grpcPort !== undefined) await openGrpcHealth(options, options.config.grpcPort);
}

async function openReadyFile({ config, log, lifecycle, availability }: PublishOptions): Promise<void> {
  const path = config.readyFile;
  const onError = (err: unknown) => log.warn({ err, path }, 'cannot change the readiness file');
  const file = await ReadyFile.open({ path, onError });
  if (file === undefined) return log.debug({ path }, 'no readiness file, since its folder is missing');
  availability.onChange((ready) => file.set(ready));
  lifecycle.atClose('readiness file', () => {
    file.set(false);
    return file.settled();
  });
}

function openTcpProbe({ config, log, lifecycle, availability }: PublishOptions, port: number): void {
  const onError = (err: unknown) => log.warn({ err, port }, 'cannot change the TCP probe port');
  const probe = new TcpProbe({ host: config.host, port, onError });
  availability.onChange((ready) => probe.set(ready));
  lifecycle.atClose('TCP probe port', () => {
    probe.set(false);
    return probe.settled();
  });
}

const services: ReadonlyMap<string, 'livez' | 'readyz' | 'startupz'> = new Map([
  ['', 'readyz'],
  ['readiness', 'readyz'],
  ['liveness', 'livez'],
  ['startup', 'startupz'],
]);

async function openGrpcHealth(options: PublishOptions, port: number): Promise<void> {
  const { config, health, lifecycle, availability, history } = options;
  // gRPC is loaded only where it is used.
  const { GrpcHealth } = await import('./grpc-health.ts');
  const server = new GrpcHealth({
    services: [...services.keys()],
    isServing: async (service) => {
      const probe = services.get(service) ?? 'readyz';
      // gRPC clients do not follow an EndpointSlice: they learn of the drain from this status.
      if (probe === 'readyz' && lifecycle.draining) return false;
      return (await health.run(probe)).ok;
    },
    onCheck: ({ service, userAgent, serving, milliseconds }) =>
      history.record({
        probe: services.get(service) ?? 'readyz',
        via: 'grpc',
        userAgent,
        status: serving ? 1 : 2,
        ok: serving,
        milliseconds,
        chaos: false,
      }),
  });
  availability.onChange(() => void server.update());
  lifecycle.onChange(() => void server.update());
  await server.listen({ host: config.host, port, setting: 'APP_GRPC_PORT' });
  lifecycle.atClose('gRPC health', () => server.close());
}
