import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import * as Type from 'typebox';

/** What a server says of itself in its OpenAPI document. */
export type ApiOptions = {
  title: string;
  version: string;
  description?: string;
  /** Where the document is served; elsewhere than at `/openapi.json` only where that path belongs to somebody else. */
  path?: string;
  /** How callers prove who they are, by the name that routes refer to in their `security`. */
  securitySchemes?: NonNullable<
    NonNullable<NonNullable<FastifyDynamicSwaggerOptions['openapi']>['components']>['securitySchemes']
  >;
};

/**
 * Describe the routes that are added from now on in a scope, or after `await server.after()`, from their own schemas: an
 * OpenAPI 3.1 document at `/openapi.json`.
 */
export function serveOpenApi(server: FastifyInstance, options: ApiOptions): void {
  const { title, version, description, path = '/openapi.json', securitySchemes } = options;
  void server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, ...(description === undefined ? {} : { description }) },
      ...(securitySchemes === undefined ? {} : { components: { securitySchemes } }),
    },
    convertConstToEnum: false,
  });
  void server.register(async (scope) => {
    scope.get(path, { schema: { hide: true }, config: { quiet: true } }, () => scope.swagger());
  });
}

const errorSchema = Type.Object({
  code: Type.String({ pattern: '^[A-Z][A-Z0-9_]+$' }),
  message: Type.String(),
});

/** Schemas of answers, for the `response` of a route. */
export const jsonAnswer = (description: string, schema: unknown = {}) => ({
  description,
  content: { 'application/json': { schema } },
});

export const textAnswer = (description: string, type = 'text/plain') => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});

export const emptyAnswer = (description: string) => ({ description, type: 'null' });

/** The chassis' `{ code, message }`. */
export const errorAnswer = (description: string) => jsonAnswer(description, errorSchema);
