import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { Redis } from 'ioredis';
import type { Topology } from './failover-topologies.ts';
import { redisClient } from './registers.ts';

/** What became of the writes of one kind of client. */
export type FailoverResult = {
  name: string;
  /** Whether it waited for a replica before it took a write as done. */
  waits: boolean;
  acknowledged: number;
  refused: number;
  /** Acknowledged writes that are gone. */
  lost: number;
  /**
   * Milliseconds, of the round where it took longest, until 20 writes in a row were acknowledged: from the kill, of a PostgreSQL
   * from the promotion, and of who waits for a replica from the moment that there is one.
   */
  recovery: number;
};

type WriteOnce = (key: string) => Promise<void>;

/** Writes one key after the other until it is stopped. */
class KeyWriter {
  readonly name: string;
  readonly acknowledged: string[] = [];
  refused = 0;
  recovery = 0;
  /** Acknowledged since the last refusal. */
  streak = 0;
  readonly waits: boolean;
  readonly #write: WriteOnce;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;

  constructor(name: string, write: WriteOnce, waits = false) {
    this.name = name;
    this.waits = waits;
    this.#write = write;
    this.#done = this.#run();
  }

  /** Resolves when so many more were acknowledged. */
  async more(count: number): Promise<void> {
    const before = this.acknowledged.length;
    await waitFor(`writes by ${this.name}`, () => this.acknowledged.length >= before + count, { interval: 2 });
  }

  /** Measure until writes are acknowledged one after the other, of all parts of a Cluster. */
  async recover(): Promise<void> {
    const began = performance.now();
    this.streak = 0;
    await waitFor(`writes by ${this.name}`, () => this.streak >= 20, { interval: 2 });
    this.recovery = Math.max(this.recovery, Math.round(performance.now() - began));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    for (let number = 0; !this.#stopped.signal.aborted; number += 1) {
      const key = `${this.name}-${number}`;
      try {
        await this.#write(key);
        this.acknowledged.push(key);
        this.streak += 1;
      } catch {
        this.refused += 1;
        this.streak = 0;
        await sleep(5);
      }
    }
  }
}

const main = join(import.meta.dirname, '../../src/main.ts');

/** Kill the server that takes the writes, under load through both endpoints, `rounds` times, and count what is gone. */
export async function runFailover(topology: Topology, folder: string, rounds: number): Promise<FailoverResult[]> {
  const dapr = await freePort();
  const redis = await freePort();
  const admin = await freePort();
  const config = join(folder, `${topology.name.replaceAll(' ', '-')}.yaml`);
  writeFileSync(
    config,
    `redisStore: main\nstores:\n  main: {${topology.store}}\n  strong: {${topology.strongStore}}\n`,
  );
  const ports = { PORT: String(dapr), REDIS_PORT: String(redis), ADMIN_PORT: String(admin) };
  const service = spawnService(main, {
    env: { ...ports, AMBASSADOR_CONFIG: config, LOG_LEVEL: 'silent', DRAIN_DELAY: '0' },
  });
  const clients = [redisClient(redis), redisClient(redis), redisClient(redis)] as const;
  const [plain, waiting, reader] = clients;
  try {
    await waitFor('the first write', () => plain.set('first', '1').then(Boolean, () => false));
    const writers = [
      new KeyWriter('Redis protocol', async (key) => void (await plain.set(key, 'v'))),
      new KeyWriter('HTTP', (key) => save(dapr, 'main', key, {})),
      ...(topology.waits
        ? [
            new KeyWriter('Redis protocol with WAIT', (key) => setAndWait(waiting, key), true),
            new KeyWriter(
              'HTTP with waitReplicas',
              (key) => save(dapr, 'strong', key, { consistency: 'strong' }),
              true,
            ),
          ]
        : []),
    ];
    const waitingOnes = writers.filter(({ waits }) => waits);
    const others = writers.filter(({ waits }) => !waits);
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(writers.map((writer) => writer.more(50)));
      await topology.failOver();
      await Promise.all(others.map((writer) => writer.recover()));
      await topology.repair();
      await Promise.all(waitingOnes.map((writer) => writer.recover()));
    }
    await Promise.all(writers.map((writer) => writer.more(50)));
    await Promise.all(writers.map((writer) => writer.stop()));
    return await Promise.all(
      writers.map(async (writer) => ({
        name: `${topology.name}, ${writer.name}`,
        waits: writer.waits,
        acknowledged: writer.acknowledged.length,
        refused: writer.refused,
        lost: await countMissing(reader, writer.acknowledged),
        recovery: writer.recovery,
      })),
    );
  } finally {
    for (const client of clients) client.disconnect();
    await service.stop('SIGKILL');
  }
}

async function save(port: number, store: string, key: string, options: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1.0/state/${store}`, {
    method: 'POST',
    body: JSON.stringify([{ key, value: 'v', options }]),
    signal: AbortSignal.timeout(deadline(3000)),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

async function setAndWait(client: Redis, key: string): Promise<void> {
  await client.set(key, 'v');
  if ((await client.wait(1, 500)) < 1) throw new Error('no replica has it');
}

async function countMissing(client: Redis, keys: readonly string[]): Promise<number> {
  let missing = 0;
  for (let at = 0; at < keys.length; at += 500) {
    const values = await client.mget(keys.slice(at, at + 500));
    missing += values.filter((value) => value === null).length;
  }
  return missing;
}
