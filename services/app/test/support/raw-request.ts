import { request } from 'node:http';
import type { RunningApp } from './start-app.ts';

export type RawResponse = { status: number; headers: Record<string, unknown>; body: string };

/** A request whose path is sent as it is: `fetch` would resolve `..` in it. */
export function rawRequest(
  { port }: RunningApp,
  path: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
