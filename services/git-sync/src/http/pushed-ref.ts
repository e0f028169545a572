/** The parts of a push notification that matter here; a part that it does not have is missing. */
export type Push = { ref?: string; defaultBranch?: string };

/**
 * Parse a push notification; a body that is none gives no parts. GitHub, GitLab and Gitea send the field `ref`.
 * Bitbucket lists the branches and tags that changed; with more than one the ref is unknown. A form has the JSON in the
 * field `payload`.
 */
export function parsePush(body: Buffer): Push {
  const text = body.toString('utf8');
  const json = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text;
  try {
    const parsed = JSON.parse(json) as Record<string, unknown> | null;
    const ref = parsed?.ref ?? readBitbucketRef(parsed?.push);
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
function readBitbucketRef(push: unknown): string | undefined {
  const changes = (push as { changes?: { new?: { type?: string; name?: string } | null }[] } | undefined)?.changes;
  const [change, ...more] = Array.isArray(changes) ? changes : [];
  const { type, name } = change?.new ?? {};
  if (more.length > 0 || typeof name !== 'string') return undefined;
  return type === 'tag' ? `refs/tags/${name}` : `refs/heads/${name}`;
}

/** Whether a push may have moved the followed ref. A push of an unknown ref may. */
export function concerns({ ref: pushed, defaultBranch }: Push, followed: string): boolean {
  if (pushed === undefined) return true;
  if (followed === 'HEAD') return defaultBranch === undefined || pushed === `refs/heads/${defaultBranch}`;
  return [followed, `refs/${followed}`, `refs/heads/${followed}`, `refs/tags/${followed}`].includes(pushed);
}
