import type { FastifyPluginAsync } from 'fastify';
import type { ApiDocument } from './openapi.ts';

/** Nothing from other hosts. Nothing inline except one style element of Swagger UI, by its hash. */
const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/**
 * A plugin that serves Swagger UI at `/docs` for these documents; the first is the server's own. Its library is loaded before the
 * plugin is registered, because Fastify gives a plugin ten seconds to start. With one document the page can send requests; with
 * several it cannot, because their routes are on other ports.
 */
export async function swaggerUi(documents: readonly [ApiDocument, ...ApiDocument[]]): Promise<FastifyPluginAsync> {
  const [own] = documents;
  const urls = documents.map(({ title }, index) => ({ name: title, url: `/docs/json?document=${index}` }));
  const [{ default: swagger }, { default: ui }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  return async (scope) => {
    // Swagger UI needs a document when it starts; the shown ones are created on request.
    const document = { openapi: '3.1.0', info: { title: own.title, version: '' }, paths: {} };
    await scope.register(swagger, { mode: 'static', specification: { document } });
    scope.decorateRequest('apiDocument', null);
    scope.addHook('preHandler', async (request) => {
      const { document: index = 0 } = request.query as { document?: string };
      request.setDecorator('apiDocument', await (documents[Number(index)] ?? own).read());
    });
    await scope.register(ui, {
      routePrefix: '/docs',
      theme: { title: own.title },
      staticCSP: policy,
      uiConfig: documents.length === 1 ? {} : { urls, supportedSubmitMethods: [] },
      transformSpecification: (_none, request) => request.getDecorator('apiDocument'),
      transformSpecificationClone: false,
    });
  };
}
