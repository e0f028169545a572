import { type Answer, type ClientRequestOptions, HttpClient } from '@podkit/chassis/http/client';

/** Bytes of an answer that are read. */
const limit = 64 * 1024;

/**
 * Send one of the few requests that git-sync makes itself, and take what Go's client takes: answers with bare line feeds, a
 * user name and password in the URL, `HTTP_PROXY` and `NO_PROXY`, the system's certificates and `SSL_CERT_FILE`.
 *
 * @throws {PodkitError} as `HttpClient.send`
 */
export async function sendRequest(url: string, options: ClientRequestOptions, env: NodeJS.ProcessEnv): Promise<Answer> {
  const client = new HttpClient({ limit, isLenient: true, env });
  try {
    return await client.send(url, options);
  } finally {
    client.close();
  }
}
