import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
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
 * Describe the routes that are added from now on, from their own schemas: an OpenAPI 3.1 document at `/openapi.json`. It is
 * made, and what makes it is loaded, with the first request for it.
 */
export function serveOpenApi(server: FastifyInstance, options: ApiOptions): void {
  const routes: RouteOptions[] = [];
  // Fastify adds a HEAD to each GET.
  server.addHook('onRoute', (route) => void (route.method !== 'HEAD' && routes.push(route)));
  let document: Promise<unknown> | undefined;
  const path = options.path ?? '/openapi.json';
  server.get(path, { schema: { hide: true }, config: { quiet: true } }, () => {
    document ??= describeRoutes(routes, options);
    return document;
  });
}

/** The plugin describes the routes of the server on which it is: here, of one that never listens. */
async function describeRoutes(routes: readonly RouteOptions[], options: ApiOptions): Promise<unknown> {
  const { title, version, description, securitySchemes } = options;
  const { default: swagger } = await import('@fastify/swagger');
  const described = fastify({ exposeHeadRoutes: false });
  described.setValidatorCompiler(() => () => true).setSerializerCompiler(() => () => '');
  await described.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, ...(description === undefined ? {} : { description }) },
      ...(securitySchemes === undefined ? {} : { components: { securitySchemes } }),
    },
    convertConstToEnum: false,
  });
  for (const { method, url, schema = {} } of routes) described.route({ method, url, schema, handler: () => undefined });
  await described.ready();
  const document = described.swagger();
  await described.close();
  return document;
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
