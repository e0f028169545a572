import type { IncomingHttpHeaders } from 'node:http';

/** A request as a handler needs it. */
export type HttpRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Empty where the route takes none. */
  body: Buffer;
};

export type Answer = { status: number; headers?: Record<string, string>; body?: string };

/** What answers at a path. */
export type Route = {
  /** As the metrics name it; it never holds what a client made up. */
  name: string;
  handle: (request: HttpRequest) => Answer | Promise<Answer>;
  /** Most bytes of a body; without it none is read. */
  bodyLimit?: number;
};

export function textAnswer(status: number, body: string, type = 'text/plain; charset=utf-8'): Answer {
  return { status, headers: { 'content-type': type }, body };
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}
