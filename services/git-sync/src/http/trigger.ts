import type { Server } from '@podkit/chassis/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import type { SyncedRepository } from '../synced-repository.ts';
import { RateLimit } from './rate-limit.ts';
import { isAuthentic } from './webhook-signature.ts';

export type Trigger = {
  secret: string;
  /** What can be triggered: each with the ref it follows. */
  targets: readonly { name: string; ref: string; trigger: () => void }[];
  onRequest: (outcome: string) => void;
};

/** The trigger for these repositories, with its requests counted. */
export function triggerOf(secret: string, repositories: readonly SyncedRepository[], registry: Registry): Trigger {
  const counter = new Counter({
    name: 'git_sync_trigger_count_total',
    help: 'Requests to POST /sync, by outcome.',
    labelNames: ['status'],
    registers: [registry],
  });
  const targets = repositories.map(({ name, ref, loop }) => ({ name, ref, trigger: () => loop.trigger() }));
  return { secret, targets, onRequest: (status) => counter.inc({ status }) };
}

/** Ten at once, then one a second. Passes are bounded anyway: whatever comes during one asks for just one more. */
const limits = { burst: 10, interval: 1000 };

/**
 * `POST /sync` starts a pass of everything, `POST /sync/<name>` of one repository. A push notification in the body
 * only narrows that: one for another ref is ignored. Nothing else is taken from it.
 */
export async function serveTrigger(server: Server, trigger: Trigger): Promise<void> {
  const accepted = new RateLimit(limits);
  const refused = new RateLimit(limits);
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const path of ['/sync', '/sync/:name'])
      scope.route({ method: 'POST', url: path, handler: (request, reply) => answer(request, reply) });
  });

  function answer(request: FastifyRequest, reply: FastifyReply) {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!isAuthentic(request.headers, body, trigger.secret)) {
      const status = refused.take() ? 401 : 429;
      return say(reply, status, 'refused', status === 429 ? 'too many requests' : 'no valid signature or token');
    }
    if (!accepted.take()) return say(reply, 429, 'limited', 'too many requests');
    const { name } = request.params as { name?: string };
    const named = trigger.targets.filter((target) => name === undefined || target.name === name);
    if (named.length === 0) return say(reply, 404, 'unknown', 'no such repository');
    const pushed = pushedRef(body);
    const wanted = named.filter(({ ref }) => concerns(pushed, ref));
    for (const target of wanted) target.trigger();
    if (wanted.length === 0) return say(reply, 200, 'ignored', `${pushed.ref} is not followed here`);
    return say(reply, 202, 'queued', `syncing ${wanted.map((target) => target.name).join(', ')}`);
  }

  function say(reply: FastifyReply, code: number, status: string, message: string) {
    trigger.onRequest(status);
    if (code === 429) reply.header('retry-after', '1');
    if (code === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(code).header('cache-control', 'no-store').send({ status, message });
  }
}

type Push = { ref?: string; defaultBranch?: string };

/** The ref a push notification is about; GitHub, GitLab and Gitea all call it `ref`. Form bodies carry it as `payload`. */
function pushedRef(body: Buffer): Push {
  const text = body.toString('utf8');
  const json = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text;
  try {
    const parsed = JSON.parse(json) as Record<string, unknown> | null;
    const ref = parsed?.ref;
    const home = (parsed?.repository ?? parsed?.project) as Record<string, unknown> | null | undefined;
    const defaultBranch = home?.default_branch;
    return {
      ...(typeof ref === 'string' ? { ref } : {}),
      ...(typeof defaultBranch === 'string' ? { defaultBranch } : {}),
    };
  } catch {
    return {};
  }
}

/** Whether a push may move the ref. Without a ref in the body nothing is known, so it may. */
function concerns({ ref: pushed, defaultBranch }: Push, followed: string): boolean {
  if (pushed === undefined) return true;
  if (followed === 'HEAD') return defaultBranch === undefined || pushed === `refs/heads/${defaultBranch}`;
  return [followed, `refs/${followed}`, `refs/heads/${followed}`, `refs/tags/${followed}`].includes(pushed);
}
