import { emptyResponse, errorResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as Type from 'typebox';
import type { FoundNote, Notes, Precondition } from '../notes/notes.ts';
import { apiSecurity, requestErrors } from './api-schemas.ts';
import { matchesStrongly, matchesWeakly, parseEtags } from './etag-condition.ts';

const idPattern = '^[A-Za-z0-9._~-]{1,128}$';
const noteParams = Type.Object({ id: Type.String({ pattern: idPattern }) });
const page = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 1024 })),
});

const note = jsonResponse('The note, with its ETag.', Type.Object({ id: Type.String(), text: Type.String() }));
const noteErrors = {
  ...requestErrors,
  503: errorResponse('The store does not answer.'),
};
const missing = { 404: errorResponse('There is no such note.') };
const conflict = { 412: errorResponse('The condition does not hold.') };
const notesSchemas = {
  list: {
    summary: 'Ids of the notes, a page at a time',
    querystring: page,
    security: apiSecurity,
    response: { 200: jsonResponse('A page; without `next` it is the last one.'), ...noteErrors },
  },
  get: {
    summary: 'Read a note',
    params: noteParams,
    security: apiSecurity,
    response: { 200: note, 304: emptyResponse('Unchanged.'), ...missing, ...noteErrors },
  },
  put: {
    summary: 'Write a note: {"text": "…"} as JSON, or the text itself',
    params: noteParams,
    security: apiSecurity,
    response: { 200: note, 201: note, 413: errorResponse('The note is too large.'), ...conflict, ...noteErrors },
  },
  delete: {
    summary: 'Delete a note',
    params: noteParams,
    security: apiSecurity,
    response: { 204: emptyResponse('Gone.'), ...missing, ...conflict, ...noteErrors },
  },
};

type NoteRoute = { Params: Type.Static<typeof noteParams> };

/** `/api/notes`: a small document store with the conditional requests of RFC 9110 section 13. */
export function notesRoutes(server: Server, { notes, bodyLimit }: { notes: Notes; bodyLimit: number }): void {
  server.get<{ Querystring: Type.Static<typeof page> }>(
    '/api/notes',
    { schema: notesSchemas.list },
    async ({ query }) => {
      const { ids, next } = await notes.list(query.limit, query.cursor);
      return { notes: ids.map((id) => ({ id })), ...(next === undefined ? {} : { next }) };
    },
  );

  server.get<NoteRoute>('/api/notes/:id', { schema: notesSchemas.get }, async (request, reply) => {
    const found = await notes.get(request.params.id);
    if (found === undefined) return notFound(reply, request.params.id);
    sendNoteHeaders(reply, found);
    const header = request.headers['if-none-match'];
    if (header !== undefined && matchesWeakly(parseEtags(header), found.etag)) return reply.code(304).send();
    return found.note;
  });

  server.put<NoteRoute>('/api/notes/:id', { schema: notesSchemas.put, bodyLimit }, async (request, reply) => {
    const text = readText(request.body);
    if (text === undefined) return reply.code(400).send(badBody);
    const result = await notes.put(request.params.id, text, readPrecondition(request));
    sendNoteHeaders(reply, result);
    return reply.code(result.created ? 201 : 200).send(result.note);
  });

  server.delete<NoteRoute>('/api/notes/:id', { schema: notesSchemas.delete }, async (request, reply) => {
    const existed = await notes.delete(request.params.id, readPrecondition(request));
    return existed ? reply.code(204).send() : notFound(reply, request.params.id);
  });
}

const badBody = {
  code: 'ERR_BODY',
  message: 'send {"text": "…"} as application/json, or the text itself as text/plain',
};

function readText(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null || !('text' in body)) return undefined;
  return typeof body.text === 'string' && Object.keys(body).length === 1 ? body.text : undefined;
}

function notFound(reply: FastifyReply, id: string): FastifyReply {
  return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no note "${id}"` });
}

/** Send the ETag, and which store or near cache answered. */
function sendNoteHeaders(reply: FastifyReply, { etag, stale, answeredBy }: FoundNote): void {
  void reply.header('cache-control', 'no-cache').headers(answeredBy);
  if (etag !== undefined) void reply.header('etag', `"${etag}"`);
  if (stale) void reply.header('x-degraded', 'stale').header('warning', '110 - "Response is Stale"');
}

function readPrecondition({ headers }: FastifyRequest): Precondition | undefined {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (match === undefined && noneMatch === undefined) return undefined;
  const must = match === undefined ? undefined : parseEtags(match);
  const mustNot = noneMatch === undefined ? undefined : parseEtags(noneMatch);
  return (etag) => {
    if (must !== undefined && !matchesStrongly(must, etag)) return false;
    return mustNot === undefined || !matchesWeakly(mustNot, etag);
  };
}
