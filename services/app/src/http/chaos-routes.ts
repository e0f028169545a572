import { parseBytes } from '@podkit/chassis/config/bytes';
import { parseDuration } from '@podkit/chassis/config/duration';
import { describeError } from '@podkit/chassis/errors';
import type { Probe } from '@podkit/chassis/http/health';
import { errorResponse, jsonResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply } from 'fastify';
import * as Type from 'typebox';
import { burnCpu, holdMemory } from '../chaos/burn.ts';
import type { Chaos } from '../chaos/chaos.ts';

export type ChaosRoutesOptions = {
  chaos: Chaos;
  exit: (code: number) => void;
};

const maxDuration = 600_000;
const maxMemory = 8 * 2 ** 30;

const duration = Type.String({ maxLength: 20 });
const share = Type.Number({ minimum: 0, maximum: 1 });
const probes = Type.Object({ probe: Type.Enum(['livez', 'readyz', 'startupz']) });
const bodies = {
  failNext: Type.Object({ failNext: Type.Integer({ minimum: -1, maximum: 10_000 }), duration }),
  hang: Type.Object({ duration }),
  cpu: Type.Object({ duration, share }),
  memory: Type.Object({ duration, size: Type.String({ maxLength: 20 }) }),
  latency: Type.Object({ duration, delay: duration }),
  drop: Type.Object({ duration, share }),
  exit: Type.Object({ code: Type.Integer({ minimum: 0, maximum: 255 }) }),
};

const describe = (summary: string) => ({
  summary,
  security: [{ chaos: [] }],
  response: {
    200: jsonResponse('The active faults.', Type.Object({ active: Type.Array(Type.Unknown()) })),
    400: errorResponse('The body is invalid.'),
    401: errorResponse('The token is missing or wrong.'),
  },
});

const exitSchema = {
  ...describe('Exit with a code'),
  body: bodies.exit,
  response: { ...describe('').response, 202: jsonResponse('The process exits.') },
};

/** `/api/chaos`: the controls. Register only where chaos is allowed, in a scope that checks its token. */
export function chaosRoutes(server: Server, { chaos, exit }: ChaosRoutesOptions): void {
  const put = <Body extends Type.TSchema>(path: string, body: Body, act: (body: Type.Static<Body>) => void) =>
    server.put(
      `/api/chaos/${path}`,
      { schema: { ...describe(`Start or end the fault: ${path}`), body } },
      async (request, reply) => answer(reply, chaos, () => act(request.body as Type.Static<Body>)),
    );

  server.get('/api/chaos', { schema: describe('The faults that are active') }, () => ({ active: chaos.active }));
  server.delete('/api/chaos', { schema: describe('End all faults') }, () => {
    chaos.endAll();
    return { active: chaos.active };
  });
  server.put<{ Params: { probe: Probe }; Body: Type.Static<typeof bodies.failNext> }>(
    '/api/chaos/probes/:probe',
    { schema: { ...describe('Fail the next calls of a probe'), params: probes, body: bodies.failNext } },
    async ({ params, body }, reply) =>
      answer(reply, chaos, () => {
        if (body.failNext === 0) chaos.end(`fail-${params.probe}`);
        else chaos.failNext(params.probe, body.failNext, parseTime(body.duration));
      }),
  );
  put('hang', bodies.hang, (body) => chaos.hang(parseTime(body.duration)));
  put('cpu', bodies.cpu, (body) =>
    chaos.set('cpu', `burn ${Math.round(body.share * 100)} % CPU`, parseTime(body.duration), burnCpu(body.share)),
  );
  put('memory', bodies.memory, (body) => {
    const size = parseBytes(body.size);
    const time = parseTime(body.duration);
    if (size > maxMemory) throw new RangeError(`size: at most ${maxMemory} bytes`);
    chaos.set('memory', `hold ${body.size} of memory`, time, holdMemory(size));
  });
  put('latency', bodies.latency, (body) => chaos.slowDown(parseTime(body.delay), parseTime(body.duration)));
  put('drop', bodies.drop, (body) => chaos.drop(body.share, parseTime(body.duration)));
  server.post<{ Body: Type.Static<typeof bodies.exit> }>(
    '/api/chaos/exit',
    { schema: exitSchema },
    async ({ body }, reply) => {
      reply.raw.once('close', () => exit(body.code));
      return reply.code(202).send({ exiting: body.code });
    },
  );
}

async function answer(reply: FastifyReply, chaos: Chaos, act: () => void): Promise<unknown> {
  try {
    act();
    return { active: chaos.active };
  } catch (error) {
    return reply.code(400).send({ code: 'ERR_BODY', message: describeError(error) });
  }
}

function parseTime(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds < 0 || milliseconds > maxDuration) throw new RangeError(`"${text}": expected 0s to 10m`);
  return milliseconds;
}
