import { emptyAnswer, jsonAnswer } from '@podkit/chassis/http/openapi';
import * as Type from 'typebox';
import { closed, errors, metadata, optional, secured, text } from './schema-parts.ts';

/** Schemas of the metadata and health routes for their OpenAPI document: https://docs.dapr.io/reference/api/metadata_api/ */

const component = Type.Object(
  {
    name: text,
    type: Type.Enum(['state.in-memory', 'state.redis', 'state.postgresql', 'state.route']),
    version: Type.Literal('v1'),
    capabilities: Type.Array(text),
  },
  closed,
);

export const sidecarSchemas = {
  metadata: {
    summary: 'Stores and capabilities',
    ...secured({
      200: jsonAnswer(
        'The metadata.',
        Type.Object({ id: text, runtimeVersion: text, components: Type.Array(component), extended: metadata }),
      ),
    }),
  },
  addMetadata: {
    summary: 'Add a word to the metadata',
    params: Type.Object({ key: text }),
    ...secured({ 204: emptyAnswer('Added.') }, 400),
  },
  healthz: {
    summary: 'Whether every required store answers',
    querystring: Type.Object({ appid: optional(Type.String({ description: 'Must be the id of this application.' })) }),
    response: { 204: emptyAnswer('They do.'), ...errors(500) },
  },
  outbound: {
    summary: 'Whether every required store answers',
    response: { 204: emptyAnswer('They do.'), ...errors(500) },
  },
  shutdown: {
    summary: 'Stop as on SIGTERM',
    ...secured({ 204: emptyAnswer('Stopping.') }),
  },
};
