import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { getCACertificates } from 'node:tls';
import { PodkitError } from '@podkit/chassis/errors';

export type WebRequest = {
  method?: string;
  headers?: OutgoingHttpHeaders;
  signal: AbortSignal;
  /** How many redirects are followed: Go's client follows ten. */
  redirects?: number;
};

export type WebAnswer = { status: number; headers: IncomingMessage['headers']; body: string };

/** Bytes of an answer that are read. */
const bodyLimit = 64 * 1024;

/**
 * Sends the few requests that git-sync makes itself, and takes what Go's client takes: answers with bare line feeds, a
 * user name and password in the URL, `HTTP_PROXY` and `NO_PROXY`, the system's certificates and `SSL_CERT_FILE`.
 *
 * By Node's own client: undici (7.30) has no lenient parser, and gives up at an answer with bare line feeds.
 *
 * @throws {Error} of the network, or {PodkitError} ERR_REDIRECTS or ERR_WEB_ANSWER
 */
export async function sendRequest(url: URL, request: WebRequest, env: NodeJS.ProcessEnv): Promise<WebAnswer> {
  const { method = 'GET', headers = {}, signal, redirects = 0 } = request;
  const answer = await sendOnce(url, { method, headers, signal }, env);
  const { location } = answer.headers;
  if (redirects === 0 || location === undefined || ![301, 302, 303, 307, 308].includes(answer.status)) return answer;
  if (redirects === 1) throw new PodkitError('ERR_REDIRECTS', 'too many redirects');
  const next = new URL(location, url);
  // What proves who we are is for the host that it was given for.
  const { authorization: _, ...harmless } = headers;
  const keepsMethod = answer.status >= 307 || method === 'HEAD';
  return sendRequest(
    next,
    {
      method: keepsMethod ? method : 'GET',
      headers: next.host === url.host ? headers : harmless,
      signal,
      redirects: redirects - 1,
    },
    env,
  );
}

async function sendOnce(
  url: URL,
  options: { method: string; headers: OutgoingHttpHeaders; signal: AbortSignal },
  env: NodeJS.ProcessEnv,
): Promise<WebAnswer> {
  const isTls = url.protocol === 'https:';
  const agent = isTls ? new HttpsAgent({ proxyEnv: env, ca: readAuthorities(env) }) : new HttpAgent({ proxyEnv: env });
  const start = isTls ? httpsRequest : httpRequest;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = start(url, { ...options, agent, insecureHTTPParser: true }, resolve);
      sent.once('error', reject);
      sent.end();
    });
    return { status: response.statusCode ?? 0, headers: response.headers, body: await readBody(response) };
  } finally {
    agent.destroy();
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new PodkitError('ERR_WEB_ANSWER', `an answer of more than ${bodyLimit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAuthorities({ SSL_CERT_FILE: file }: NodeJS.ProcessEnv): string[] {
  const named = file === undefined || file === '' ? [] : [readFileSync(file, 'utf8')];
  return [...getCACertificates('default'), ...getCACertificates('system'), ...named];
}
