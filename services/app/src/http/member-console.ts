import { Readable } from 'node:stream';
import { describeError } from '@podkit/chassis/errors';
import { errorAnswer, textAnswer } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { consoleSchemas } from './console-api.ts';

export type MemberConsoleOptions = {
  /** Base URL of the admin port of the Pod with that ordinal; undefined where there is none. */
  adminUrl: (ordinal: number) => Promise<string | undefined>;
  /** Bearer token between the Pods. */
  token: string | undefined;
  /** This Pod's ordinal. A request for it is redirected to the console here. */
  self: number;
};

type Params = { Params: { ordinal: string; '*'?: string } };

const passed = [
  'content-type',
  'content-security-policy',
  'cache-control',
  'referrer-policy',
  'x-content-type-options',
];
const failures = { 404: errorAnswer('No Pod has that ordinal.'), 503: errorAnswer('That Pod does not answer.') };
const pageSchema = {
  summary: 'The console of another Pod',
  response: { 200: textAnswer('A file of the page.', 'text/html'), ...failures },
};
const describeMember = ({ summary, response }: { summary: string; response: object }) => ({
  summary: `${summary}, of another Pod`,
  response: { ...response, ...failures },
});

const ordinalText = /^\d{1,9}$/;

/**
 * `/pods/{ordinal}/console/` and `/pods/{ordinal}/api/console`: the console of another Pod of the set, through this one.
 * Only GET is passed on, so that nothing changes there.
 */
export function memberConsole(server: Server, options: MemberConsoleOptions): void {
  const config = { quiet: true };
  const pass = (path: string) => (request: FastifyRequest<Params>, reply: FastifyReply) =>
    passOn(request, reply, `${path}${request.params['*'] ?? ''}`, options);
  server.get<Params>('/pods/:ordinal/console/*', { schema: pageSchema, config }, pass('console/'));
  server.get<Params>(
    '/pods/:ordinal/api/console',
    { schema: describeMember(consoleSchemas.document), config },
    pass('api/console'),
  );
  server.get<Params>(
    '/pods/:ordinal/api/console/history',
    { schema: describeMember(consoleSchemas.history), config },
    pass('api/console/history'),
  );
  const stream = { schema: describeMember(consoleSchemas.events), config: { ...config, stream: true } };
  server.get<Params>('/pods/:ordinal/api/console/events', stream, pass('api/console/events'));
}

async function passOn(
  request: FastifyRequest<Params>,
  reply: FastifyReply,
  path: string,
  options: MemberConsoleOptions,
) {
  const { ordinal } = request.params;
  if (ordinal === String(options.self)) return reply.redirect(`/${path}`, 307);
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  try {
    const base = ordinalText.test(ordinal) ? await options.adminUrl(Number(ordinal)) : undefined;
    const url = base === undefined ? undefined : resolveWithin(base, path);
    if (url === undefined) return await notFound(reply, ordinal);
    const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const answer = await fetch(url, { headers, signal: gone.signal, redirect: 'manual' });
    for (const name of passed) if (answer.headers.has(name)) void reply.header(name, answer.headers.get(name));
    void reply.code(answer.status);
    return answer.body === null ? reply.send() : reply.send(Readable.fromWeb(answer.body));
  } catch (error) {
    const message = `Pod ${ordinal} does not answer: ${describeError(error)}`;
    return reply.code(503).header('retry-after', '2').send({ code: 'ERR_NO_ANSWER', message });
  }
}

const notFound = (reply: FastifyReply, ordinal: string) =>
  reply.code(404).send({ code: 'ERR_NO_MEMBER', message: `no Pod ${ordinal.slice(0, 20)} with a console is known` });

/** The token goes with the request: a path with `..` must not lead to a hook. */
function resolveWithin(base: string, path: string): URL | undefined {
  const url = new URL(path, base);
  return url.pathname.startsWith('/console/') || url.pathname.startsWith('/api/console') ? url : undefined;
}
