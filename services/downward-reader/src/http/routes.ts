import { parseDuration } from '@podkit/chassis/config/duration';
import { PodkitError } from '@podkit/chassis/errors';
import { errorResponse, jsonResponse, textResponse } from '@podkit/chassis/http/openapi';
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
const texts = Type.Record(Type.String(), Type.String());

const routes = {
  document: {
    summary: 'Everything that is known of the Pod; with `since`, once something has changed',
    querystring: documentQuery,
    response: {
      200: jsonResponse('The document.', Type.Object({ id: Type.Integer() })),
      400: errorResponse('A bad query.'),
    },
  },
  fields: {
    summary: 'Each field by name, with its age',
    response: { 200: jsonResponse('The fields.', Type.Array(Type.Object({ name: Type.String() }))) },
  },
  field: {
    summary: 'One field',
    params: fieldParams,
    response: {
      200: jsonResponse('The field.', Type.Object({ name: Type.String() })),
      404: errorResponse('No such field.'),
    },
  },
  labels: { summary: 'The labels', response: { 200: jsonResponse('Label values by name.', texts) } },
  annotations: { summary: 'The annotations', response: { 200: jsonResponse('Annotation values by name.', texts) } },
  changes: {
    summary: 'Changes after the one numbered `since`; with `wait`, once there is one',
    querystring: changesQuery,
    response: {
      200: jsonResponse(
        'The changes. Where `complete` is false, some are forgotten: read the document again.',
        Type.Object({ id: Type.Integer(), complete: Type.Boolean(), events: Type.Array(Type.Unknown()) }),
      ),
      400: errorResponse('A bad query.'),
    },
  },
  events: {
    summary: 'The document and then each change, as server-sent events',
    response: { 200: textResponse('A stream.', 'text/event-stream'), 503: errorResponse('Too many streams.') },
  },
  peers: {
    summary: 'The other Pods of the service',
    response: {
      200: jsonResponse('The Pods.', Type.Object({ peers: Type.Array(Type.Unknown()) })),
      404: errorResponse('DOWNWARD_PEERS_SRV is not set.'),
    },
  },
};

/** `/`, `/fields`, `/labels`, `/annotations`, `/changes`, `/events` and `/peers`. */
export function serveDocument(server: Server, options: RouteOptions): void {
  const { reader, peers } = options;
  const fields = () => agedFields(reader.document.fields, reader.now());
  const document = () => ({ id: reader.log.last, ...reader.document, fields: fields() });
  server.get('/', { schema: routes.document }, async ({ query }, reply) => {
    if (query.format === 'table')
      return reply.type('text/plain; charset=utf-8').send(formatTable(reader.document, reader.now()));
    if (query.since === undefined) return document();
    await reader.changesSince(query.since, parseWait(query.wait));
    return document();
  });
  server.get('/fields', { schema: routes.fields }, fields);
  server.get('/fields/:name', { schema: routes.field }, ({ params }, reply) => {
    const field = fields().find(({ name }) => name === params.name);
    return field ?? notFound(reply, `no field ${params.name}; see /fields`);
  });
  server.get('/labels', { schema: routes.labels }, () => reader.document.labels?.values ?? {});
  server.get('/annotations', { schema: routes.annotations }, () => reader.document.annotations?.values ?? {});
  server.get('/changes', { schema: routes.changes }, async ({ query }) => {
    const events = await reader.changesSince(query.since ?? 0, parseWait(query.wait));
    return { id: reader.log.last, complete: events !== undefined, events: events ?? [] };
  });
  server.get('/events', { schema: routes.events }, (request, reply) => openStream(request, reply, options));
  server.get('/peers', { schema: routes.peers }, async (_request, reply) => {
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
function parseWait(text: string | undefined): number {
  if (text === undefined) return 0;
  try {
    return Math.min(longestWait, parseDuration(text));
  } catch (cause) {
    throw new PodkitError('ERR_VALIDATION', 'wait must be a duration such as 30s', { cause });
  }
}
