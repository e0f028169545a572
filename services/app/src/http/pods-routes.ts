import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { forwardedHeader } from '../pods/pod-client.ts';
import type { PodStore } from '../pods/pod-store.ts';
import type { Pods } from '../pods/pods.ts';
import { apiSecurity } from './api-schemas.ts';
import { parseDataKey } from './data-key.ts';
import { dataParams, type podParams, podsSchemas } from './pods-schemas.ts';
import { hasToken } from './token-guard.ts';

export type PodsRoutesOptions = {
  pods: Pods;
  internalToken: string | undefined;
  /** Maximum size of a value in bytes. */
  valueLimit: number;
  /** Called when the database is damaged. */
  onDamage: () => void;
};

type Request = FastifyRequest<{ Params: Static<typeof podParams>; Body: Buffer | undefined }>;
/** How this Pod answers a request for itself. */
type Act = (request: Request, reply: FastifyReply) => Promise<unknown>;

/** `/api/pods`: the members, and the facts and the data of each. Every Pod answers for all of them. */
export function podsRoutes(server: Server, options: PodsRoutesOptions): void {
  const { pods } = options;
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
    scope.get('/api/pods', { schema: podsSchemas.list }, async () => ({ pods: await pods.list() }));
    scope.get('/api/pods/:ordinal', { schema: podsSchemas.pod }, async (request, reply) =>
      atNamedPod(options, request as Request, reply, async ({ url }) =>
        url.endsWith('?brief') ? pods.facts() : pods.details(),
      ),
    );
    const route = (method: 'GET' | 'PUT' | 'DELETE', act: Act) =>
      scope.route({
        method,
        url: '/api/pods/:ordinal/data/*',
        bodyLimit: options.valueLimit,
        schema: { params: dataParams, security: apiSecurity, ...podsSchemas[method] },
        handler: (request, reply) => atNamedPod(options, request as Request, reply, act),
      });
    route('GET', withKey(options, getValue));
    route('PUT', withKey(options, putValue));
    route('DELETE', withKey(options, deleteValue));
  });
}

/** Act if the request names this Pod, else pass it on. */
async function atNamedPod(
  options: PodsRoutesOptions,
  request: Request,
  reply: FastifyReply,
  act: Act,
): Promise<unknown> {
  const { pods, internalToken } = options;
  const { ordinal } = request.params;
  const isForwarded = request.headers[forwardedHeader] !== undefined;
  if (isForwarded && !hasToken(request, internalToken))
    return reply.code(401).send({ code: 'ERR_TOKEN', message: `${forwardedHeader} is for the Pods of this service` });
  try {
    if (ordinal === 'self' || Number(ordinal) === pods.ordinal) {
      void reply.header('x-pod-ordinal', pods.ordinal);
      return await act(request, reply);
    }
    if (isForwarded) return reply.code(421).send({ code: 'ERR_MISDIRECTED', message: `this is Pod ${pods.ordinal}` });
    return await forward(options, request, reply, Number(ordinal));
  } catch (error) {
    if (getErrorCode(error) === 'ERR_DATA_DAMAGED') options.onDamage();
    throw error;
  }
}

async function forward(
  { pods }: PodsRoutesOptions,
  request: Request,
  reply: FastifyReply,
  ordinal: number,
): Promise<unknown> {
  const found = await pods.members.find(ordinal);
  if (found === 'unknown')
    return reply.code(404).send({ code: 'ERR_NO_POD', message: `no Pod ${ordinal} has ever been seen` });
  if (found === 'unsure' || pods.client === undefined) {
    throw new PodkitError('ERR_POD_AWAY', `Pod ${ordinal} is away`);
  }
  const { method, headers, body, url } = request;
  const forwarded = { method: method === 'HEAD' ? 'GET' : method, path: url, type: headers['content-type'], body };
  const response = await pods.client.forward(found, forwarded);
  for (const name of [
    'content-type',
    'content-security-policy',
    'x-content-type-options',
    'x-pod-ordinal',
    'retry-after',
  ]) {
    const value = response.headers[name];
    if (value !== undefined) void reply.header(name, value);
  }
  return reply.code(response.status).send(response.body);
}

type KeyAct = (store: PodStore, key: string, request: Request, reply: FastifyReply) => Promise<unknown>;

function withKey({ pods }: PodsRoutesOptions, act: KeyAct): Act {
  return async (request, reply) => {
    const { store } = pods;
    if (store === undefined)
      return reply
        .code(501)
        .send({ code: 'ERR_NO_DATA', message: 'this Pod has no volume: the folder APP_DATA is missing' });
    const parsed = parseDataKey(request.url);
    if ('error' in parsed) return reply.code(400).send({ code: 'ERR_KEY', message: parsed.error });
    return act(store, parsed.key, request, reply);
  };
}

const getValue: KeyAct = async (store, key, _request, reply) => {
  const value = store.get(key);
  if (value === undefined) return noSuchKey(reply, key);
  return (
    reply
      .header('x-content-type-options', 'nosniff')
      // A client stored the value: it must not run as a page of this site.
      .header('content-security-policy', "default-src 'none'; sandbox")
      .type(value.type)
      .send(Buffer.from(value.bytes))
  );
};

const putValue: KeyAct = async (store, key, { body, headers }, reply) => {
  const type = headers['content-type']?.slice(0, 200) ?? 'application/octet-stream';
  const isNew = await store.put(key, { type, bytes: body ?? Buffer.alloc(0) });
  return reply.code(isNew ? 201 : 204).send();
};

const deleteValue: KeyAct = async (store, key, _request, reply) => {
  const existed = await store.delete(key);
  return existed ? reply.code(204).send() : noSuchKey(reply, key);
};

function noSuchKey(reply: FastifyReply, key: string): FastifyReply {
  return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no key ${JSON.stringify(key)}` });
}
