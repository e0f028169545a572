import { Server, ServerCredentials, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { PodkitError } from '@podkit/chassis/errors';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';

/** One call of Check: the service, the caller's User-Agent, the response and its time in milliseconds. */
export type GrpcCheck = { service: string; userAgent: string; serving: boolean; milliseconds: number };

export type GrpcHealthOptions = {
  /** Names of the services; `''` is the server as a whole. */
  services: readonly string[];
  /** Whether a service serves now. */
  isServing: (service: string) => Promise<boolean>;
  onCheck: (check: GrpcCheck) => void;
};

/** A server of grpc.health.v1.Health (Check, List and Watch) without TLS, as a kubelet's grpc probe calls it. */
export class GrpcHealth {
  readonly #options: GrpcHealthOptions;
  readonly #health = new HealthImplementation();
  readonly #statuses = new Map<string, ServingStatus>();
  readonly #server: Server;

  constructor(options: GrpcHealthOptions) {
    this.#options = options;
    this.#server = new Server({
      'grpc.max_receive_message_length': 4096,
      'grpc.max_concurrent_streams': 100,
      interceptors: [this.#intercept],
    });
    this.#health.addToServer(this.#server);
  }

  /** @throws {PodkitError} ERR_LISTEN naming the port and its setting */
  async listen({ host, port, setting }: { host: string; port: number; setting: string }): Promise<void> {
    await this.update();
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (cause) => {
        const message = `cannot listen on ${address}; set ${setting} to another port`;
        if (cause === null) resolve();
        else reject(new PodkitError('ERR_LISTEN', message, { cause }));
      });
    });
  }

  /** Update the status of each service, and notify the watchers of those that changed. */
  async update(): Promise<void> {
    await Promise.all(
      this.#options.services.map(async (service) => {
        const status = (await this.#options.isServing(service)) ? 'SERVING' : 'NOT_SERVING';
        if (this.#statuses.get(service) === status) return;
        this.#statuses.set(service, status);
        this.#health.setStatus(service, status);
      }),
    );
  }

  /** Refuse further calls, and end the watches. */
  close(): void {
    this.#server.forceShutdown();
  }

  /** Updates the statuses before each call, and reports each Check that was answered. */
  readonly #intercept: ServerInterceptor = ({ path }, call) => {
    const began = performance.now();
    const check = { service: '', userAgent: '' };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            check.userAgent = String(metadata.get('user-agent')[0] ?? '');
            pass(metadata);
          },
          onReceiveMessage: (message: { service?: string }, pass) => {
            check.service = message.service ?? '';
            void this.update().then(() => pass(message));
          },
        }),
      sendMessage: (message: { status?: ServingStatus }, pass) => {
        pass(message);
        if (!path.endsWith('/Check')) return;
        const milliseconds = performance.now() - began;
        this.#options.onCheck({ ...check, serving: message.status === 'SERVING', milliseconds });
      },
    });
  };
}
