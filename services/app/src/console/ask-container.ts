import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient, HttpResponse } from '@podkit/chassis/http/client';
import { pollerAgent } from '@podkit/chassis/http/observe-requests';

/** Milliseconds for the response of another container. */
const timeout = 2000;

/** GET from another container of the Pod. Its User-Agent keeps the request out of that container's log. */
export function askContainer(
  client: HttpClient,
  url: string,
  headers: Record<string, string> = {},
): Promise<HttpResponse> {
  return client.send(url, { timeout, headers: { ...headers, 'user-agent': pollerAgent } });
}

/**
 * GET a text from another container of the Pod.
 *
 * @throws {PodkitError} ERR_STATUS where the status is not 200
 */
export async function readFromContainer(client: HttpClient, url: string, accept: string): Promise<string> {
  const { status, body } = await askContainer(client, url, { accept });
  if (status !== 200) throw new PodkitError('ERR_STATUS', `status ${status}`);
  return body.toString();
}
