/** What a push notification is about; nothing where it does not say. */
export type Push = { ref?: string; defaultBranch?: string };

/**
 * The ref a push notification is about; GitHub, GitLab and Gitea all call it `ref`, Bitbucket names the branches or
 * tags that changed; with more than one the ref counts as unknown. Form bodies carry the JSON as `payload`.
 */
export function pushedRef(body: Buffer): Push {
  const text = body.toString('utf8');
  const json = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text;
  try {
    const parsed = JSON.parse(json) as Record<string, unknown> | null;
    const ref = parsed?.ref ?? bitbucketRef(parsed?.push);
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

/** https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push */
function bitbucketRef(push: unknown): string | undefined {
  const changes = (push as { changes?: { new?: { type?: string; name?: string } | null }[] } | undefined)?.changes;
  const [change, ...more] = Array.isArray(changes) ? changes : [];
  const { type, name } = change?.new ?? {};
  if (more.length > 0 || typeof name !== 'string') return undefined;
  return type === 'tag' ? `refs/tags/${name}` : `refs/heads/${name}`;
}

/** Whether a push may move the ref. Without a ref in the body nothing is known, so it may. */
export function concerns({ ref: pushed, defaultBranch }: Push, followed: string): boolean {
  if (pushed === undefined) return true;
  if (followed === 'HEAD') return defaultBranch === undefined || pushed === `refs/heads/${defaultBranch}`;
  return [followed, `refs/${followed}`, `refs/heads/${followed}`, `refs/tags/${followed}`].includes(pushed);
}
