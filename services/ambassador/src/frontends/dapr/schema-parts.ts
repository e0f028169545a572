import { jsonResponse } from '@podkit/chassis/http/openapi';
import * as Type from 'typebox';

/** What the schemas of several Dapr routes share. */

export const securitySchemes = {
  apiToken: {
    type: 'apiKey',
    in: 'header',
    name: 'dapr-api-token',
    description: 'Where AMBASSADOR_API_TOKEN is set.',
  },
} as const;

export const optional = Type.Optional;
export const text = Type.String();
export const metadata = Type.Record(text, text);
export const closed = { additionalProperties: false };

const errorBody = Type.Object(
  {
    errorCode: Type.String({ pattern: '^ERR_[A-Z_]+$' }),
    message: text,
    details: optional(Type.Array(Type.Object({}))),
  },
  closed,
);

const daprError = jsonResponse('What went wrong.', errorBody);
export const errors = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, daprError]));

const unauthorized = {
  description: 'The token is missing or wrong.',
  content: { 'text/plain': { schema: { const: 'invalid api token' } } },
};

/** A route that needs the token: its responses, and the statuses that are errors. */
export const secured = <Responses extends object>(responses: Responses, ...statuses: number[]) => ({
  security: [{}, { apiToken: [] }],
  response: { ...responses, 401: unauthorized, ...errors(...statuses) },
});
