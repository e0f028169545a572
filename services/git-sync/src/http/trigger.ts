import type { Metrics } from '../metrics/metrics.ts';
import type { SyncedRepository } from '../sync/synced-repository.ts';
import { type Answer, type HttpRequest, jsonAnswer, type Route } from './message.ts';
import { RateLimit } from './rate-limit.ts';
import { isAuthentic } from './webhook-signature.ts';

/** Ten at once, then one a second. Passes are bounded anyway: whatever comes during one asks for just one more. */
const limits = { burst: 10, interval: 1000 };

/** Largest body of a push notification. */
const bodyLimit = 5 * 1024 * 1024;

export type TriggerInput = { repositories: readonly SyncedRepository[]; metrics: Metrics };

/**
 * `POST /sync` starts a pass of everything, `POST /sync/<name>` of one repository. A push notification in the body
 * only narrows that: one for another ref is ignored. Nothing else is taken from it.
 */
export function triggerRoute(secret: string, { repositories, metrics }: TriggerInput): Route {
  const accepted = new RateLimit(limits);
  const refused = new RateLimit(limits);
  return { name: '/sync', bodyLimit, handle };

  function handle({ headers, body, path }: HttpRequest): Answer {
    if (!isAuthentic(headers, body, secret)) {
      const status = refused.take() ? 401 : 429;
      return say(status, 'refused', status === 429 ? 'too many requests' : 'no valid signature or token');
    }
    if (!accepted.take()) return say(429, 'limited', 'too many requests');
    // Names need no decoding: they have nothing in them that a URL encodes.
    const name = path.slice('/sync/'.length);
    const named = repositories.filter((repository) => name === '' || repository.name === name);
    if (named.length === 0) return say(404, 'unknown', 'no such repository');
    const pushed = pushedRef(body);
    const wanted = named.filter(({ ref }) => concerns(pushed, ref));
    for (const { loop } of wanted) loop.trigger();
    if (wanted.length === 0) return say(200, 'ignored', `${pushed.ref} is not followed here`);
    return say(202, 'queued', `syncing ${wanted.map((repository) => repository.name).join(', ')}`);
  }

  function say(code: number, status: string, message: string): Answer {
    metrics.trigger(status);
    return jsonAnswer(
      code,
      { status, message },
      {
        'cache-control': 'no-store',
        ...(code === 429 ? { 'retry-after': '1' } : {}),
        ...(code === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      },
    );
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
