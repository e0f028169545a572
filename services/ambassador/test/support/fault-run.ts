import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { FaultSuite, Part } from './fault-suite.ts';
import { daprRegister, redisClient, redisRegister } from './registers.ts';
import { Writer } from './writers.ts';

export type FaultCase = {
  name: string;
  harm: (suite: FaultSuite) => Promise<void>;
  heal: (suite: FaultSuite) => Promise<void>;
  /** What is still to be made whole when the writes have recovered from it. */
  tidy?: (suite: FaultSuite) => Promise<void>;
};

export type FaultResult = {
  name: string;
  acknowledged: number;
  refused: number;
  lost: string[];
  stale: string[];
  /** Milliseconds from the moment that everything is there again until every route has acknowledged a write. */
  recovery: number;
};

const killed = (parts: readonly Part[]): FaultCase => ({
  name: `kill -9 ${parts.join(' + ')}`,
  harm: async (suite) => void (await Promise.all(parts.map((part) => suite.kill(part)))),
  heal: async (suite) => {
    await Promise.all(parts.filter((part) => part !== 'ambassador').map((part) => suite.start(part)));
    if (parts.includes('ambassador')) await suite.start('ambassador');
  },
});

const network = (
  name: string,
  to: readonly ('redis' | 'postgres')[],
  harm: (proxy: FaultSuite['networks']['redis']) => void,
): FaultCase => ({
  name: `${name} to ${to.join(' + ')}`,
  harm: async ({ networks }) => {
    for (const backend of to) harm(networks[backend]);
  },
  heal: async ({ networks }) => {
    for (const backend of to) {
      networks[backend].heal();
      networks[backend].slow(0);
    }
  },
});

const fullDisk: FaultCase = {
  name: "the journal's disk is full",
  harm: async ({ disk }) => disk.fill(),
  heal: async ({ disk }) => disk.empty(),
};

const both = ['redis', 'postgres'] as const;

export const faultCases: readonly FaultCase[] = [
  killed(['redis']),
  killed(['postgres']),
  killed(['ambassador']),
  killed(['redis', 'postgres']),
  killed(['redis', 'ambassador']),
  killed(['postgres', 'ambassador']),
  killed(['redis', 'postgres', 'ambassador']),
  network('connections cut', ['redis'], (proxy) => proxy.cut()),
  network('connections cut', ['postgres'], (proxy) => proxy.cut()),
  network('connections cut', both, (proxy) => proxy.cut()),
  network('100 ms slower', both, (proxy) => proxy.slow(100)),
  network('packets swallowed', both, (proxy) => proxy.swallow()),
  fullDisk,
  {
    name: 'the disk is full while PostgreSQL is dead',
    harm: async (suite) => {
      await suite.kill('postgres');
      suite.disk.fill();
    },
    heal: async (suite) => {
      suite.disk.empty();
      await suite.start('postgres');
    },
  },
  {
    name: 'the journal fills its disk, PostgreSQL being dead',
    harm: async (suite) => {
      await suite.kill('postgres');
      suite.disk.fill(8192);
      await suite.refusedBecause('the journal cannot be written');
    },
    heal: async (suite) => suite.start('postgres'),
    tidy: async ({ disk }) => disk.empty(),
  },
];

/** Harm the suite under load, heal it, and see what became of every write. The suite must be whole; it is whole after. */
export async function runFaultCase(
  suite: FaultSuite,
  { name, harm, heal, tidy }: FaultCase,
  rounds = 1,
): Promise<FaultResult> {
  const { ports } = suite;
  const clients = { endpoint: redisClient(ports.redisEndpoint), backend: redisClient(ports.redis) };
  const id = `${Date.now()}`;
  const registers = [0, 1].flatMap((number) => [
    ...['postgres', 'nearPostgres', 'queue', 'redis', 'near'].map((store) =>
      daprRegister(ports.dapr, `Dapr API, ${store}`, store, `${store}-${id}-${number}`),
    ),
    redisRegister(clients.endpoint, clients.backend, 'Redis endpoint, redis', `resp-${id}-${number}`),
    redisRegister(clients.endpoint, clients.backend, 'Redis endpoint, near', `near:resp-${id}-${number}`),
  ]);
  const writers = registers.map((register) => new Writer(register));
  const each = (what: string, grown: (writer: Writer) => number, by: number) => {
    const before = new Map(writers.map((writer) => [writer, grown(writer)]));
    const behind = () => writers.filter((writer) => grown(writer) < (before.get(writer) ?? 0) + by);
    return waitFor(`${what} (${name})`, () => behind().length === 0, { timeout: 20_000, interval: 5 }).catch(
      (cause: unknown) => {
        throw new Error(
          `${name}: no ${what}: ${behind()
            .map(({ register }) => register.route)
            .join(', ')}`,
          { cause },
        );
      },
    );
  };
  let recovery = 0;
  try {
    await each('writes on every route', ({ acks }) => acks, 5);
    for (let round = 0; round < rounds; round += 1) {
      await harm(suite);
      await each('attempts on every route', ({ attempted }) => attempted, 2);
      await heal(suite);
      const whole = performance.now();
      await each('recovery', ({ acks }) => acks, 1);
      recovery = Math.max(recovery, performance.now() - whole);
      await each('writes after it', ({ acks }) => acks, 5);
      await tidy?.(suite);
    }
  } finally {
    await Promise.all(writers.map((writer) => writer.stop()));
  }
  await waitFor('the journal to be sent', async () => (await suite.waiting()) === 0, { timeout: 30_000 });
  const lost = await Promise.all(writers.map((writer) => writer.lost()));
  clients.endpoint.disconnect();
  clients.backend.disconnect();
  const sum = (count: (writer: Writer) => number) => writers.reduce((total, writer) => total + count(writer), 0);
  return {
    name,
    acknowledged: sum(({ acks }) => acks),
    refused: sum(({ refusals }) => refusals),
    lost: lost.filter((reason) => reason !== undefined),
    stale: writers.flatMap(({ stale }) => stale),
    recovery: Math.round(recovery),
  };
}
