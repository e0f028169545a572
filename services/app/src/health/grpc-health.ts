import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { PodkitError } from '@podkit/chassis/errors';
import {
  decodeHealthRequest,
  encodeHealthResponse,
  frame,
  type ServingStatus,
  servingStatus,
  unframe,
} from './grpc-message.ts';

/** Whether a service serves; undefined where there is no such service. `''` is the server as a whole. */
export type ServiceStatus = (service: string) => Promise<boolean | undefined>;

export type GrpcHealthOptions = {
  status: ServiceStatus;
  /** Told of each Check: the service, the caller's User-Agent, the answer and the milliseconds it took. */
  onCheck?: (service: string, userAgent: string, serving: boolean, milliseconds: number) => void;
};

/** gRPC status codes: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const grpc = { ok: 0, invalidArgument: 3, notFound: 5, resourceExhausted: 8, unimplemented: 12 } as const;
const requestLimit = 4096;
const watchLimit = 100;
const headers = { ':status': 200, 'content-type': 'application/grpc' } as const;

type Watcher = { service: string; stream: ServerHttp2Stream; last: ServingStatus | undefined };

/** A server of grpc.health.v1.Health (Check and Watch) over HTTP/2 without TLS, as a kubelet's grpc probe asks it. */
export class GrpcHealth {
  readonly #options: GrpcHealthOptions;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #watchers = new Set<Watcher>();

  constructor(options: GrpcHealthOptions) {
    this.#options = options;
    this.#server = createServer({ settings: { maxConcurrentStreams: 100 } });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('stream', (stream, request) => void this.#serve(stream, request));
  }

  /** @throws {PodkitError} ERR_LISTEN naming the port and its setting */
  async listen({ host, port, setting }: { host: string; port: number; setting: string }): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, resolve);
    }).catch((cause: unknown) => {
      throw new PodkitError('ERR_LISTEN', `cannot listen on ${host}:${port}; set ${setting} to another port`, {
        cause,
      });
    });
  }

  /** Tell the watchers whose status has changed. */
  async update(): Promise<void> {
    await Promise.all([...this.#watchers].map((watcher) => this.#tell(watcher)));
  }

  /** End the watches, and take no more calls. */
  async close(): Promise<void> {
    for (const { stream } of this.#watchers) stream.end();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const session of this.#sessions) session.close();
    await closed;
  }

  async #serve(stream: ServerHttp2Stream, request: IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => undefined);
    const [path, type] = [request[':path'], request['content-type'] ?? ''];
    if (!type.startsWith('application/grpc')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      return;
    }
    const body = await readAll(stream);
    const service = body && decodeHealthRequest(unframe(body) ?? Buffer.of(0xff));
    if (stream.destroyed) return;
    if (body === undefined) return refuse(stream, grpc.resourceExhausted, `a request above ${requestLimit} bytes`);
    if (service === undefined) return refuse(stream, grpc.invalidArgument, 'not a HealthCheckRequest');
    if (path === '/grpc.health.v1.Health/Check') return this.#check(stream, service, request['user-agent'] ?? '');
    if (path === '/grpc.health.v1.Health/Watch') return this.#watch(stream, service);
    refuse(stream, grpc.unimplemented, 'only grpc.health.v1.Health/Check and Watch are here');
  }

  async #check(stream: ServerHttp2Stream, service: string, userAgent: string): Promise<void> {
    const began = performance.now();
    const serving = await this.#options.status(service);
    if (stream.destroyed) return;
    if (serving === undefined) return refuse(stream, grpc.notFound, 'unknown service');
    respond(stream);
    stream.end(frame(encodeHealthResponse(serving ? servingStatus.serving : servingStatus.notServing)));
    this.#options.onCheck?.(service, userAgent, serving, performance.now() - began);
  }

  async #watch(stream: ServerHttp2Stream, service: string): Promise<void> {
    if (this.#watchers.size >= watchLimit) return refuse(stream, grpc.resourceExhausted, 'too many watches');
    const watcher: Watcher = { service, stream, last: undefined };
    this.#watchers.add(watcher);
    stream.once('close', () => this.#watchers.delete(watcher));
    respond(stream);
    await this.#tell(watcher);
  }

  async #tell(watcher: Watcher): Promise<void> {
    const serving = await this.#options.status(watcher.service);
    const { serving: yes, notServing, serviceUnknown } = servingStatus;
    const status = serving === undefined ? serviceUnknown : serving ? yes : notServing;
    if (status === watcher.last || watcher.stream.writableEnded || watcher.stream.destroyed) return;
    watcher.last = status;
    watcher.stream.write(frame(encodeHealthResponse(status)));
  }
}

function respond(stream: ServerHttp2Stream): void {
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(grpc.ok) }));
}

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  stream.respond({ ...headers, 'grpc-status': String(status), 'grpc-message': message }, { endStream: true });
}

/** The whole request, or undefined when it is too large. */
async function readAll(stream: ServerHttp2Stream): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > requestLimit) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The caller went away; there is nobody to answer.
  }
  return Buffer.concat(chunks);
}
