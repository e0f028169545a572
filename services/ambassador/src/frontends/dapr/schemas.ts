import { emptyResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import * as Type from 'typebox';
import { closed, metadata, optional, secured, text } from './schema-parts.ts';

/** Schemas of the state routes for their OpenAPI document: https://docs.dapr.io/reference/api/state_api/ */

const item = Type.Object({
  key: text,
  value: optional(Type.Unknown()),
  etag: optional(text),
  metadata: optional(metadata),
  options: optional(
    Type.Object({
      concurrency: optional(Type.Enum(['first-write', 'last-write'])),
      consistency: optional(Type.Enum(['strong', 'eventual'])),
    }),
  ),
  contentType: optional(text),
});
const entry = Type.Object(
  {
    key: text,
    data: optional(Type.Unknown()),
    etag: optional(text),
    metadata: optional(metadata),
    error: optional(text),
  },
  closed,
);
const store = Type.Object({ store: text });
const storeAndKey = Type.Object({ store: text, key: text });
const pageSchema = (name: string, items: Type.TSchema) =>
  Type.Object({ [name]: Type.Array(items), token: optional(text) }, { required: [name], ...closed });

export const stateSchemas = {
  save: {
    summary: 'Save values independently',
    params: store,
    headers: Type.Object({
      'If-None-Match': optional(Type.String({ description: '* saves only what is absent (extension).' })),
    }),
    body: Type.Array(item),
    ...secured({ 204: emptyResponse('Saved; with one item its new ETag.') }, 400, 409, 413, 429, 500),
  },
  get: {
    summary: 'Get a value',
    params: storeAndKey,
    querystring: Type.Object({ consistency: optional(Type.Enum(['strong', 'eventual'])) }),
    headers: Type.Object({
      'If-None-Match': optional(
        Type.String({ description: 'ETags that the client has; if one is current, the response is 304 (extension).' }),
      ),
    }),
    ...secured(
      {
        200: { description: 'The bytes of the value, ETag, metadata.ttlExpireTime.', type: 'null' },
        204: emptyResponse('No such key.'),
        304: emptyResponse('Unchanged (extension).'),
      },
      400,
      429,
      500,
    ),
  },
  remove: {
    summary: 'Delete a key',
    params: storeAndKey,
    headers: Type.Object({ 'If-Match': optional(text) }),
    ...secured({ 204: emptyResponse('The key does not exist any more.') }, 400, 409, 429, 500),
  },
  bulk: {
    summary: 'Get many values',
    params: store,
    body: Type.Object({ keys: optional(Type.Array(text)) }),
    ...secured(
      {
        200: jsonResponse(
          'An entry for each key: one that is missing has no data, one that failed has an error.',
          Type.Array(entry),
        ),
      },
      400,
    ),
  },
  transaction: {
    summary: 'All operations or none',
    params: store,
    body: Type.Object({
      operations: optional(
        Type.Array(Type.Object({ operation: Type.Enum(['upsert', 'delete']), request: optional(item) })),
      ),
    }),
    ...secured({ 204: emptyResponse('Done.') }, 400, 500),
  },
  query: {
    summary: 'Values that match a filter (memory and PostgreSQL)',
    params: store,
    body: Type.Object({
      filter: optional(Type.Object({})),
      sort: optional(Type.Array(Type.Object({}))),
      page: optional(
        Type.Object({
          limit: optional(
            Type.Integer({
              minimum: 0,
              description: 'Entries of the page, AMBASSADOR_QUERY_MAX_PAGE at most, which is also the default.',
            }),
          ),
          token: optional(text),
        }),
      ),
    }),
    ...secured(
      {
        200: jsonResponse('A page of entries; without token it was the last one.', pageSchema('results', entry)),
        204: emptyResponse('Nothing matches.'),
      },
      400,
      500,
    ),
  },
  keys: {
    summary: 'Keys, a page at a time',
    'x-extension': true,
    params: store,
    querystring: Type.Object({
      prefix: optional(text),
      limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 100 }),
      token: optional(text),
    }),
    ...secured(
      { 200: jsonResponse('A page of keys; without token it was the last one.', pageSchema('keys', text)) },
      400,
      500,
    ),
  },
  increment: {
    summary: 'Add to an integer, atomically',
    'x-extension': true,
    params: storeAndKey,
    ...secured(
      {
        200: jsonResponse(
          'The sum as a string, since it has 64 bits.',
          Type.Object({ value: Type.String({ pattern: '^-?[0-9]{1,19}$' }) }, closed),
        ),
      },
      400,
      500,
    ),
  },
};
