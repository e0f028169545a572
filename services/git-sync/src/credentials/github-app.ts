import { createPrivateKey, type KeyObject } from 'node:crypto';
import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient, HttpResponse } from '@podkit/chassis/http/client';
import { SignJWT } from 'jose';
import { RetryLaterError } from '../sync/backoff.ts';

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
 * Request a token of a GitHub App's installation.
 * Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
 *
 * @throws {PodkitError} ERR_GITHUB_APP, whose message never contains GitHub's answer
 */
export async function requestAppToken(client: HttpClient, app: GitHubApp, signal: AbortSignal): Promise<AppToken> {
  const base = app.baseUrl.endsWith('/') ? app.baseUrl : `${app.baseUrl}/`;
  const url = new URL(`app/installations/${app.installationId}/access_tokens`, base);
  const headers = { authorization: `Bearer ${await signAppToken(app)}`, accept: 'application/vnd.github+json' };
  let response: HttpResponse;
  try {
    response = await client.send(url, { method: 'POST', headers, signal, timeout: 30_000 });
  } catch (cause) {
    throw new PodkitError('ERR_GITHUB_APP', `cannot reach ${url.origin}`, { cause });
  }
  if (response.status !== 201) {
    const message = `${url.origin} answered ${response.status} when asked for a token`;
    throw new RetryLaterError('ERR_GITHUB_APP', message, response.headers['retry-after']);
  }
  const body = parseBody(response.body.toString());
  const expiresAt = Date.parse(String(body.expires_at));
  if (typeof body.token !== 'string' || Number.isNaN(expiresAt))
    throw new PodkitError('ERR_GITHUB_APP', `${url.origin} gave no token`);
  return { token: body.token, expiresAt };
}

function parseBody(text: string): { token?: unknown; expires_at?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { token?: unknown; expires_at?: unknown };
  } catch {
    return {};
  }
}

/** Valid for ten minutes, and dated a minute back, since GitHub's clock and ours may differ. */
async function signAppToken({ issuer, privateKey }: GitHubApp): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setIssuedAt(seconds - 60)
    .setExpirationTime(seconds + 540)
    .sign(readKey(privateKey));
}

/** Node reads both PEM forms: PKCS#1, which GitHub hands out, and PKCS#8, the only one that jose reads itself. */
function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new PodkitError('ERR_GITHUB_APP', "the GitHub App's private key is not a PEM key");
  }
}
