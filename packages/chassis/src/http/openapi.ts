import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import * as Type from 'typebox';

/** The parts of an OpenAPI document that routes do not have. */
export type ApiOptions = {
  title: string;
  version: string;
  description?: string;
  /** Path of the document; `/openapi.json` by default. */
  path?: string;
  /** How callers authenticate, by the name that the `security` of routes refers to. */
  securitySchemes?: NonNullable<
    NonNullable<NonNullable<FastifyDynamicSwaggerOptions['openapi']>['components']>['securitySchemes']
  >;
};

/**
 * The OpenAPI 3.1 document of a server, from the schemas of its routes. The first request creates it.
 */
export class ApiDocument {
  readonly title: string;
  readonly #options: ApiOptions;
  readonly #routes: RouteOptions[] = [];
  #document: Promise<unknown> | undefined;

  constructor(options: ApiOptions) {
    this.title = options.title;
    this.#options = options;
  }

  /** Describe the routes that are added from now on, and serve the document. */
  serve(server: FastifyInstance): void {
    // Fastify adds a HEAD to each GET.
    server.addHook('onRoute', (route) => void (route.method !== 'HEAD' && this.#routes.push(route)));
    const path = this.#options.path ?? '/openapi.json';
    server.get(path, { schema: { hide: true }, config: { quiet: true } }, () => this.read());
  }

  read(): Promise<unknown> {
    this.#document ??= describeRoutes(this.#routes, this.#options);
    return this.#document;
  }
}

/** Uses a second server with the same routes, which never listens: so the plugin is loaded only on demand. */
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

/** Schemas of responses, for the `response` of a route. */
export const jsonResponse = (description: string, schema: unknown = {}) => ({
  description,
  content: { 'application/json': { schema } },
});

export const textResponse = (description: string, type = 'text/plain') => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});

export const emptyResponse = (description: string) => ({ description, type: 'null' });

/** The chassis' `{ code, message }`. */
export const errorResponse = (description: string) => jsonResponse(description, errorSchema);
