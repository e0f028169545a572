import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request proves that its sender knows the secret, in any of the ways in common use:
 * - GitHub, Gitea, Forgejo: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`
 *   (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
 * - Gitea, Gogs: `X-Gitea-Signature: <hex HMAC-SHA256 of the body>`
 * - GitLab: `X-Gitlab-Token: <secret>` (https://docs.gitlab.com/user/project/integrations/webhooks/)
 * - anything else: `Authorization: Bearer <secret>`
 *
 * All comparisons take the same time whatever was sent. One proof that is there and wrong is enough to refuse.
 */
export function isAuthentic(headers: IncomingHttpHeaders, body: Buffer, secret: string): boolean {
  const digest = createHmac('sha256', secret).update(body).digest('hex');
  const proofs: [header: string | string[] | undefined, expected: string][] = [
    [headers['x-hub-signature-256'], `sha256=${digest}`],
    [headers['x-gitea-signature'], digest],
    [headers['x-gogs-signature'], digest],
    [headers['x-gitlab-token'], secret],
    [headers.authorization?.replace(/^bearer /i, 'Bearer '), `Bearer ${secret}`],
  ];
  const given = proofs.filter(([header]) => header !== undefined);
  return given.length > 0 && given.every(([header, expected]) => isSame(String(header), expected));
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(fingerprint(given), fingerprint(expected));
}

/** Of one length for any text, so that the comparison tells nothing about the length of the secret. */
function fingerprint(text: string): Buffer {
  return createHmac('sha256', 'compare').update(text).digest();
}
