import { deadline } from '@podkit/chassis/testing/deadline';
import { Redis } from 'ioredis';

/** A number under a key, through one of the endpoints; a missing one is 0. Both reject when the endpoint says no, or nothing. */
export type Register = {
  route: string;
  write(value: number): Promise<void>;
  read(): Promise<number>;
  /** What the backend itself holds. */
  stored(): Promise<number>;
};

/** Longer than the ambassador's own timeouts: a write that it still tries could be done after later ones of the client. */
const requestTimeout = deadline(1200);

export function daprRegister(port: number, route: string, store: string, key: string): Register {
  const base = `http://127.0.0.1:${port}/v1.0/state/${store}`;
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(base + path, { ...init, signal: AbortSignal.timeout(requestTimeout) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
    return text;
  };
  return {
    route,
    write: async (value) => void (await ask('', { method: 'POST', body: JSON.stringify([{ key, value }]) })),
    read: async () => Number(await ask(`/${key}`)),
    stored: async () => Number(await ask(`/${key}?consistency=strong`)),
  };
}

/** Clients that send each command once, and know when they can't. */
export function redisClient(port: number): Redis {
  const client = new Redis({
    port,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => 20,
    commandTimeout: requestTimeout,
  });
  client.on('error', () => undefined);
  return client;
}

export function redisRegister(endpoint: Redis, backend: Redis, route: string, key: string): Register {
  const read = async (client: Redis) => Number(await client.get(key));
  return {
    route,
    write: async (value) => void (await endpoint.set(key, value)),
    read: () => read(endpoint),
    stored: () => read(backend),
  };
}
