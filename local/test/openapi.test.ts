import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { describedServices, startDescribed } from './support/described-services.ts';

const root = join(import.meta.dirname, '../..');
const preload = pathToFileURL(join(root, 'packages/chassis/testing/print-routes.ts')).href;

type Operation = { responses: Record<string, { content?: Record<string, unknown> }> };
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };
const operations = ({ paths }: Document): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** A route of Fastify as OpenAPI writes it. */
const template = (route: string): string => route.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{*}');

/** Paths without parameters that can be read at any time and end by themselves. */
const readable = ({ paths }: Document): string[] =>
  Object.keys(paths).filter((path) => paths[path]?.get !== undefined && !/[{]|events|hooks|profile|heap$/.test(path));

test.each(describedServices)('%s serves a valid OpenAPI 3.1 document of exactly its routes', async (name) => {
  const { service, servers } = await startDescribed(name, { NODE_OPTIONS: `--import=${preload}` });
  for (const { port, path } of servers) {
    const { routes } = await service.logged(
      `the routes of port ${port}`,
      (line) => line.port === port && 'routes' in line,
    );
    const text = await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const document = JSON.parse(text) as Document;
    expect(await new Validator().validate(JSON.parse(text))).toEqual({ valid: true });
    expect(document.openapi).toBe('3.1.0');
    expect(operations(document).toSorted()).toEqual((routes as string[]).map(template).toSorted());
    for (const readablePath of readable(document)) {
      const response = await fetch(`http://127.0.0.1:${port}${readablePath}`, { redirect: 'manual' });
      const body = await response.text();
      const declared = document.paths[readablePath]?.get?.responses[String(response.status)];
      const media = response.headers.get('content-type')?.split(';', 1)[0];
      const promised = declared?.content === undefined ? [undefined] : Object.keys(declared.content);
      const found = { status: response.status, media: body === '' ? undefined : media };
      expect({ path: readablePath, ...found }).toEqual({
        path: readablePath,
        status: declared === undefined ? 'one of the document' : response.status,
        media: promised[0],
      });
    }
  }
});
