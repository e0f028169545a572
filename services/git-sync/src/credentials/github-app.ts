import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { PodkitError } from '@podkit/chassis/errors';
import { deadline } from '../hooks/exec-hook.ts';

export type GitHubApp = {
  baseUrl: string;
  /** Client id or application id. */
  issuer: string;
  installationId: number;
  /** PEM. */
  privateKey: string;
};

export type AppToken = { token: string; expiresAt: number };

/**
 * A token of a GitHub App's installation.
 * Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
 *
 * @throws {PodkitError} ERR_GITHUB_APP, which never repeats GitHub's answer
 */
export async function requestAppToken(app: GitHubApp, signal: AbortSignal, now = Date.now()): Promise<AppToken> {
  const base = app.baseUrl.endsWith('/') ? app.baseUrl : `${app.baseUrl}/`;
  const url = new URL(`app/installations/${app.installationId}/access_tokens`, base);
  const headers = { authorization: `Bearer ${appJwt(app, now)}`, accept: 'application/vnd.github+json' };
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, signal: AbortSignal.any([signal, deadline(30_000)]) });
  } catch (cause) {
    throw new PodkitError('ERR_GITHUB_APP', `cannot reach ${url.origin}`, { cause });
  }
  if (response.status !== 201) {
    await response.body?.cancel();
    throw new PodkitError('ERR_GITHUB_APP', `${url.origin} answered ${response.status} when asked for a token`);
  }
  const body = (await response.json().catch(() => ({}))) as { token?: unknown; expires_at?: unknown };
  const expiresAt = Date.parse(String(body.expires_at));
  if (typeof body.token !== 'string' || Number.isNaN(expiresAt))
    throw new PodkitError('ERR_GITHUB_APP', `${url.origin} gave no token`);
  return { token: body.token, expiresAt };
}

/** A JSON Web Token signed with RS256, valid for ten minutes: https://www.rfc-editor.org/rfc/rfc7519 */
function appJwt({ issuer, privateKey }: GitHubApp, now: number): string {
  const seconds = Math.floor(now / 1000);
  // One minute back, since GitHub's clock and ours may differ.
  const claims = { iat: seconds - 60, exp: seconds + 540, iss: issuer };
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${unsigned}.${sign('sha256', Buffer.from(unsigned), readKey(privateKey)).toString('base64url')}`;
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new PodkitError('ERR_GITHUB_APP', "the GitHub App's private key is not a PEM key");
  }
}
