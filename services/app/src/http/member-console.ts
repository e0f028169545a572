import { Readable } from 'node:stream';
import { describeError } from '@podkit/chassis/errors';
import { emptyResponse, errorResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply } from 'fastify';
import * as Type from 'typebox';
import { consoleSchemas } from './console-api.ts';

export type MemberConsoleOptions = {
  /** Base URL of the admin port of the Pod with that ordinal; undefined if there is none. */
  adminUrl: (ordinal: number) => Promise<string | undefined>;
  /** Bearer token between the Pods. */
  token: string | undefined;
  /** This Pod's ordinal. A request for it is redirected to this Pod's own console. */
  self: number;
};

const memberParams = Type.Object({ ordinal: Type.String({ pattern: '^\\d{1,9}$' }) });
type MemberRoute = { Params: Type.Static<typeof memberParams> };

const pageSchema = {
  summary: 'The console of another Pod',
  params: memberParams,
  response: { 307: emptyResponse('The page, which reads the data of that Pod.') },
};
const memberErrors = {
  404: errorResponse('No Pod has that ordinal.'),
  503: errorResponse('That Pod does not answer.'),
};

/**
 * `/pods/{ordinal}/console/` and `/pods/{ordinal}/api/console`: the console of another Pod of the set, through this one.
 * The page itself is this Pod's own, since it would stay empty if one of its scripts did not arrive; only its data comes
 * from the other Pod. Only GET is passed on, so that nothing changes there.
 */
export function memberConsole(server: Server, options: MemberConsoleOptions): void {
  const page = ({ ordinal }: Type.Static<typeof memberParams>) =>
    Number(ordinal) === options.self ? '' : `?pod=${ordinal}`;
  server.get<MemberRoute>('/pods/:ordinal/console/', { schema: pageSchema }, (request, reply) =>
    reply.redirect(`../../../console/${page(request.params)}`, 307),
  );
  const route = (path: string, { summary, response }: { summary: string; response: object }) => {
    const schema = {
      summary: `${summary}, of another Pod`,
      params: memberParams,
      response: { ...response, ...memberErrors },
    };
    server.get<MemberRoute>(`/pods/:ordinal${path}`, { schema, config: { quiet: true } }, (request, reply) =>
      proxyConsole(Number(request.params.ordinal), path, reply, options),
    );
  };
  route('/api/console', consoleSchemas.document);
  route('/api/console/history', consoleSchemas.history);
  route('/api/console/events', consoleSchemas.events);
}

async function proxyConsole(ordinal: number, path: string, reply: FastifyReply, options: MemberConsoleOptions) {
  if (ordinal === options.self) return reply.redirect(path, 307);
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  try {
    const base = await options.adminUrl(ordinal);
    if (base === undefined) {
      const message = `no Pod ${ordinal} with a console is known`;
      return await reply.code(404).send({ code: 'ERR_NO_MEMBER', message });
    }
    const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const answer = await fetch(new URL(path, base), { headers, signal: gone.signal, redirect: 'manual' });
    for (const name of ['content-type', 'cache-control'])
      if (answer.headers.has(name)) void reply.header(name, answer.headers.get(name));
    void reply.code(answer.status);
    return answer.body === null ? reply.send() : reply.send(Readable.fromWeb(answer.body));
  } catch (error) {
    const message = `Pod ${ordinal} does not answer: ${describeError(error)}`;
    return reply.code(503).header('retry-after', '2').send({ code: 'ERR_NO_ANSWER', message });
  }
}
