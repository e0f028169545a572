import { jsonAnswer } from '@podkit/chassis/http/openapi';
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

const daprError = jsonAnswer('What went wrong.', errorBody);
export const errors = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, daprError]));

const unauthorized = {
  description: 'The token is missing or wrong.',
  content: { 'text/plain': { schema: { const: 'invalid api token' } } },
};

/** A route that needs the token: its answers, and the statuses that are errors. */
export const secured = <Answers extends object>(answers: Answers, ...statuses: number[]) => ({
  security: [{}, { apiToken: [] }],
  response: { ...answers, 401: unauthorized, ...errors(...statuses) },
});
