import { parseDuration } from '@podkit/chassis/config/duration';
import { PodkitError } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import type { EventStreams, SseEvent } from '@podkit/chassis/http/sse';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as Type from 'typebox';
import type { PeerLookup } from '../discovery/peers.ts';
import { agedFields } from '../document/age.ts';
import type { ChangeEvent } from '../document/changes.ts';
import type { Reader } from '../document/reader.ts';
import { formatTable } from '../output/table.ts';

export type RouteOptions = { reader: Reader; streams: EventStreams; peers: PeerLookup | undefined };

const longestWait = 60_000;

/** The number of the last change that the client has seen. */
const since = Type.Integer({ minimum: 0, maximum: 999_999_999_999_999 });
const changesQuery = Type.Object({ since: Type.Optional(since), wait: Type.Optional(Type.String()) });
const documentQuery = Type.Object({
  ...changesQuery.properties,
  format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('table')])),
});
const fieldParams = Type.Object({ name: Type.String() });

/** `/`, `/fields`, `/labels`, `/annotations`, `/changes`, `/events` and `/peers`. */
export function serveDocument(server: Server, options: RouteOptions): void {
  const { reader, peers } = options;
  const fields = () => agedFields(reader.document.fields, reader.now());
  const document = () => ({ id: reader.log.last, ...reader.document, fields: fields() });
  server.get('/', { schema: { querystring: documentQuery } }, async ({ query }, reply) => {
    if (query.format === 'table')
      return reply.type('text/plain; charset=utf-8').send(formatTable(reader.document, reader.now()));
    if (query.since === undefined) return document();
    await reader.changesSince(query.since, waitOf(query.wait));
    return document();
  });
  server.get('/fields', fields);
  server.get('/fields/:name', { schema: { params: fieldParams } }, ({ params }, reply) => {
    const field = fields().find(({ name }) => name === params.name);
    return field ?? notFound(reply, `no field ${params.name}; see /fields`);
  });
  server.get('/labels', () => reader.document.labels?.values ?? {});
  server.get('/annotations', () => reader.document.annotations?.values ?? {});
  server.get('/changes', { schema: { querystring: changesQuery } }, async ({ query }) => {
    const events = await reader.changesSince(query.since ?? 0, waitOf(query.wait));
    return { id: reader.log.last, complete: events !== undefined, events: events ?? [] };
  });
  server.get('/events', (request, reply) => openStream(request, reply, options));
  server.get('/peers', async (_request, reply) => {
    if (peers === undefined) return notFound(reply, 'DOWNWARD_PEERS_SRV is not set');
    return { peers: await peers() };
  });
}

/** A client that comes back gets what it missed; one that is new or missed too much gets the whole document. */
function openStream(request: FastifyRequest, reply: FastifyReply, { reader, streams }: RouteOptions): void {
  const seen = request.headers['last-event-id'];
  const missed = typeof seen === 'string' && /^\d{1,15}$/.test(seen) ? reader.log.since(Number(seen)) : undefined;
  const data = () => ({ ...reader.document, fields: agedFields(reader.document.fields, reader.now()) });
  streams.open(reply, missed?.map(changeEvent) ?? [{ id: reader.log.last, event: 'document', data: data() }]);
}

export const changeEvent = (event: ChangeEvent): SseEvent => ({ id: event.id, event: 'change', data: event });

function notFound(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(404).send({ code: 'ERR_NOT_FOUND', message });
}

/** A wait such as `30s`, a minute at most. */
function waitOf(text: string | undefined): number {
  if (text === undefined) return 0;
  try {
    return Math.min(longestWait, parseDuration(text));
  } catch (cause) {
    throw new PodkitError('ERR_VALIDATION', 'wait must be a duration such as 30s', { cause });
  }
}
