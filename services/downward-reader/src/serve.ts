import { promises as dns } from 'node:dns';
import { HttpClient } from '@podkit/chassis/http/client';
import { ApiDocument } from '@podkit/chassis/http/openapi';
import { serveMetrics, serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen } from '@podkit/chassis/http/server';
import { EventStreams } from '@podkit/chassis/http/sse';
import { swaggerUi } from '@podkit/chassis/http/swagger-ui';
import type { Context } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import { createPeerLookup } from './discovery/peers.ts';
import type { DocumentInputs } from './document/document.ts';
import { toInputs } from './document/inputs.ts';
import { Reader } from './document/reader.ts';
import { changeEvent, serveDocument } from './http/routes.ts';
import { registerPodMetrics } from './metrics/pod-metrics.ts';
import { createNotifier, type NotifyOptions } from './notify/notify.ts';

/** Follow the volume and serve what it says. */
export async function serve(context: Context<Config>, env: DocumentInputs['env']): Promise<void> {
  const { config, log, lifecycle, health, metrics } = context;
  const reader = new Reader({ ...toInputs(config, env), poll: config.poll });
  lifecycle.atClose('reader', await reader.start((error) => log.error({ err: error }, 'cannot read the volume')));
  for (const text of [...reader.document.warnings, ...reader.document.missing]) log.warn(text);
  for (const [name, { value, reason }] of Object.entries(reader.document.tuning))
    log.info({ name, value, reason }, 'recommended setting');

  const streams = new EventStreams({
    limit: config.maxStreams,
    onDrop: (drop) => log.warn({ code: 'ERR_SLOW_CLIENT', ...drop }, 'dropped a client of /events'),
  });
  const client = new HttpClient();
  lifecycle.atClose('HTTP client', () => client.close());
  const notify = createNotifier({ ...notifyOptions(context), client });
  reader.onChange((event) => {
    log.info({ id: event.id, changes: event.changes.map(({ name }) => name) }, 'the document changed');
    for (const { name, before, after } of event.changes.filter((change) => change.name.startsWith('unreadable.')))
      log.warn(
        { path: name.slice('unreadable.'.length), code: after ?? before },
        after ? 'a part of the volume cannot be read' : 'a part of the volume can be read again',
      );
    streams.publish(changeEvent(event));
    notify(event);
  });
  registerPodMetrics({
    registry: metrics.registry,
    document: () => reader.document,
    streams: () => streams.counts,
    changes: () => reader.log.last,
    allowedLabels: config.metricLabels,
    names: config.metricNames,
  });

  const api = new ApiDocument({ title: 'downward-reader', version: pkg.version });
  const server = createServer({ log, lifecycle, metrics: metrics.http, api });
  const peers =
    config.peersSrv === undefined ? undefined : createPeerLookup(config.peersSrv, (name) => dns.resolveSrv(name));
  serveDocument(server, { reader, streams, peers });
  serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
  serveMetrics(server, metrics.registry);
  if (config.swaggerUi) void server.register(await swaggerUi([api]));
  lifecycle.atClose('http', () => {
    streams.close();
    reader.release();
    return server.close();
  });
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
}

function notifyOptions({ config, log }: Context<Config>): Omit<NotifyOptions, 'client'> {
  const { webhookUrl, webhookTimeout, command, signal, signalPidFile } = config;
  return {
    webhookTimeout,
    log,
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
    ...(command === undefined ? {} : { command }),
    ...(signal === undefined ? {} : { signal }),
    ...(signalPidFile === undefined ? {} : { signalPidFile }),
  };
}
