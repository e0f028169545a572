import { randomUUID } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { Client, type ClientConfig } from 'pg';
import { cancel } from './cancel.ts';

/** Called at each connect, so that rotated secrets are used at once. May throw. */
export type ConnectionSource = () => {
  host: string;
  port: number;
  database: string;
  user?: string | undefined;
  password?: string | undefined;
  ssl?: ConnectionOptions | undefined;
};

/** A client that the server can distinguish from all others, and that can be interrupted. */
export type FreshClient = Client & {
  readonly applicationName: string;
  /** Ask the server to cancel the statement that runs, for up to `timeout` milliseconds; nothing waits for it. */
  interrupt(timeout: number): void;
};

type Connected = ((error: Error) => void) | ((error: null, client: Client) => void);

/** A class of clients for a pool, which calls `source` for each connection. */
export function freshClient(source: ConnectionSource): new (config?: string | ClientConfig) => FreshClient {
  return class extends Client {
    readonly applicationName: string;
    readonly #asked: ClientConfig;
    readonly #failure: Error | undefined;

    constructor(config?: string | ClientConfig) {
      const [asked, failure] = readSource(source);
      const name = `podkit-ambassador-${randomUUID()}`;
      super({ ...(typeof config === 'object' ? config : {}), ...asked, keepAlive: true, application_name: name });
      this.applicationName = name;
      this.#asked = asked;
      this.#failure = failure;
      // The pool does not listen all the time, and an error without a listener would end the process. The next statement fails.
      this.on('error', () => undefined);
    }

    /** A secret that cannot be read makes `connect` fail, as the pool expects, and not the constructor. */
    override connect(): Promise<Client>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<Client> | void {
      const failure = this.#failure;
      if (failure === undefined) return callback === undefined ? super.connect() : super.connect(callback);
      if (callback === undefined) return Promise.reject(failure);
      return process.nextTick(callback, failure);
    }

    interrupt(timeout: number): void {
      const { host = '', port = 5432, ssl } = this.#asked;
      if (!('processID' in this && 'secretKey' in this)) return;
      const server = { host, port, ssl: typeof ssl === 'object' ? ssl : undefined };
      cancel({ ...server, processId: Number(this.processID), secretKey: Number(this.secretKey) }, timeout);
    }
  };
}

function readSource(source: ConnectionSource): [ClientConfig, undefined] | [ClientConfig, Error] {
  try {
    const { ssl, ...rest } = source();
    // Without the host pg would check the certificate of an IP address against `localhost`.
    return [{ ...rest, ssl: ssl && { host: rest.host, ...ssl } }, undefined];
  } catch (error) {
    return [{}, error instanceof Error ? error : new Error(String(error))];
  }
}
