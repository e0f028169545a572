import type { IncomingHttpHeaders } from 'node:http';
import { verify } from '@octokit/webhooks-methods';
import { isSameSecret } from '@podkit/chassis/http/token';

/**
 * Whether a request proves that its sender knows the secret, by one of these headers:
 * - GitHub, Gitea, Forgejo: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`
 *   (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
 * - Bitbucket: `X-Hub-Signature: sha256=<the same>` (GitHub sends `sha1=` in it, which is ignored)
 *   (https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/)
 * - Gitea, Gogs: `X-Gitea-Signature: <hex HMAC-SHA256 of the body>`
 * - GitLab: `X-Gitlab-Token: <secret>` (https://docs.gitlab.com/user/project/integrations/webhooks/)
 * - anything else: `Authorization: Bearer <secret>`
 *
 * All comparisons take constant time. One wrong signature or token is enough to refuse, even beside a good one.
 */
export async function isAuthentic(headers: IncomingHttpHeaders, body: Buffer, secret: string): Promise<boolean> {
  const tokens = listTokens(headers);
  if (!tokens.every((token) => isSameSecret(token, secret))) return false;
  const signatures = listSignatures(headers);
  const good = await Promise.all(signatures.map((signature) => isSignature(signature, body, secret)));
  return tokens.length + signatures.length > 0 && good.every(Boolean);
}

/** Whether the headers alone are a reason to refuse a request: then its body is not read. */
export function isRefused(headers: IncomingHttpHeaders, secret: string): boolean {
  const tokens = listTokens(headers);
  if (tokens.length + listSignatures(headers).length === 0) return true;
  return !tokens.every((token) => isSameSecret(token, secret));
}

function listTokens(headers: IncomingHttpHeaders): string[] {
  const bearer = headers.authorization === undefined ? undefined : /^bearer (.*)$/i.exec(headers.authorization);
  const given = [headers['x-gitlab-token'], bearer === null ? '' : bearer?.[1]];
  return given.filter((token) => token !== undefined).map(String);
}

/** Each as `sha256=<hex>`. */
function listSignatures(headers: IncomingHttpHeaders): string[] {
  const hub = headers['x-hub-signature'];
  const bare = [headers['x-gitea-signature'], headers['x-gogs-signature']];
  return [
    headers['x-hub-signature-256'],
    String(hub).startsWith('sha256=') ? hub : undefined,
    ...bare.map((hex) => (hex === undefined ? undefined : `sha256=${String(hex)}`)),
  ]
    .filter((signature) => signature !== undefined)
    .map(String);
}

async function isSignature(signature: string, body: Buffer, secret: string): Promise<boolean> {
  // The library takes no empty text, and no forge signs one.
  return signature !== '' && body.length > 0 && verify(secret, body.toString('utf8'), signature);
}
