import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { onTestFinished } from 'vitest';

export type LogCollector = {
  url: string;
  /** Statuses of the next responses; then all are 200. */
  answer: number[];
  requests: IncomingMessage[];
  /** Messages of the batches that were answered 200, each batch once: a repeated key replaces. */
  messages(): string[];
};

/** A real HTTP server that takes batches of records, as a collector of logs does. */
export async function startCollector(statuses: number[] = []): Promise<LogCollector> {
  const requests: IncomingMessage[] = [];
  const answer = [...statuses];
  const taken = new Map<string, string[]>();
  const take = async (request: IncomingMessage): Promise<number> => {
    requests.push(request);
    const body = await text(request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request);
    const status = answer.shift() ?? 200;
    const records = body
      .trimEnd()
      .split('\n')
      .map((record) => (JSON.parse(record) as { message: string }).message);
    if (status === 200) taken.set(String(request.headers['idempotency-key']), records);
    return status;
  };
  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`;
  return { url, answer, requests, messages: () => [...taken.values()].flat() };
}
