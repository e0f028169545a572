import { describe, expect, test } from 'vitest';
import { javaMemory } from '../src/tune/java.ts';
import { parsePools } from '../src/tune/pools.ts';
import type { Limits } from '../src/tune/settings.ts';
import { type TuneOptions, tune } from '../src/tune/tune.ts';

const mebibyte = 2 ** 20;
const small: Limits = { cpus: 0.5, memory: 256 * mebibyte, memoryShare: 90 };
const twoCpus = (mib: number): Limits => ({ cpus: 2, memory: mib * mebibyte, memoryShare: 90 });
const values = (limits: Limits, options: Partial<TuneOptions> = {}) => {
  const settings = tune(limits, { runtime: 'node', memoryShare: 90, pools: [], env: {}, override: false, ...options });
  return Object.fromEntries(Object.entries(settings).map(([name, { value }]) => [name, value]));
};

describe('tune', () => {
  test('gives Node a heap and threads, and no workers', () => {
    expect(values(small)).toEqual({ NODE_OPTIONS: '--max-old-space-size=226', UV_THREADPOOL_SIZE: '2' });
  });

  test('shares the memory among the workers of a cluster, however many the user wants', () => {
    const four = { cpus: 4, memory: 512 * mebibyte, memoryShare: 90 };
    expect(values(four, { runtime: 'node-cluster' })).toMatchObject({
      NODE_OPTIONS: '--max-old-space-size=98',
      WEB_CONCURRENCY: '4',
    });
    expect(values(four, { env: { WEB_CONCURRENCY: '2' } }).NODE_OPTIONS).toBe('--max-old-space-size=214');
  });

  test('starts no more workers than the memory is enough for', () => {
    const many = { cpus: 16, memory: 512 * mebibyte, memoryShare: 90 };
    expect(values(many, { runtime: 'gunicorn' })).toMatchObject({ WEB_CONCURRENCY: '9' });
    expect(values({ ...many, memory: undefined }, { runtime: 'gunicorn' })).toEqual({ WEB_CONCURRENCY: '33' });
  });

  test('counts the supervisor of uvicorn, unless there is one worker only', () => {
    expect(values(twoCpus(128), { runtime: 'uvicorn' })).toEqual({ WEB_CONCURRENCY: '1', WORKER_MEMORY_MIB: '119' });
    expect(values(twoCpus(256), { runtime: 'uvicorn' })).toEqual({ WEB_CONCURRENCY: '2', WORKER_MEMORY_MIB: '109' });
  });

  test.each([
    ['one worker fits', 128, {}, { WEB_CONCURRENCY: '0', WORKER_MEMORY_MIB: '115' }],
    ['the user chose it', 512, { WEB_CONCURRENCY: '0' }, { WORKER_MEMORY_MIB: '480' }],
    ['the user wants a worker', 128, { WEB_CONCURRENCY: '1' }, { WORKER_MEMORY_MIB: '91' }],
    ['the user lets Puma choose', 128, { WEB_CONCURRENCY: 'auto' }, { WORKER_MEMORY_MIB: '91' }],
    ['two workers fit', 256, {}, { WEB_CONCURRENCY: '2', WORKER_MEMORY_MIB: '104' }],
  ])(
    'counts the process that starts the workers of Puma, but not in its single mode: %s',
    (_case, mib, env, expected) => {
      const made = values(twoCpus(mib), { runtime: 'puma', env });
      expect({ ...made, PUMA_MAX_THREADS: '5' }).toEqual({
        ...expected,
        PUMA_MAX_THREADS: '5',
        RAILS_MAX_THREADS: '5',
        MALLOC_ARENA_MAX: '2',
      });
    },
  );

  test.each(['node-cluster', 'gunicorn', 'uvicorn', 'puma', 'php-fpm'] as const)(
    'says of %s how the sum fits',
    (name) => {
      const settings = tune(small, { runtime: name, memoryShare: 90, pools: [], env: {}, override: false });
      expect(Object.values(settings).map(({ reason }) => reason)).toContainEqual(
        expect.stringMatching(/^.*\d+ × \(heap \d+ MiB \+ native .* ≤ limits\.memory 256 MiB.*$/),
      );
    },
  );

  test.each([
    ['node', 24, {}],
    ['gunicorn', 512, { WEB_CONCURRENCY: '64' }],
    ['puma', 32, {}],
    ['puma', 48, { WEB_CONCURRENCY: '1' }],
    ['php-fpm', 16, {}],
    ['jvm', 64, {}],
    ['dotnet', 32, {}],
  ] as const)('says of %s that it does not fit into %d MiB with %j', (runtime, mib, env) => {
    const limits = { cpus: 1, memory: mib * mebibyte, memoryShare: 90 };
    const reasons = Object.values(tune(limits, { runtime, memoryShare: 90, pools: [], env, override: false })).map(
      ({ reason }) => reason,
    );
    expect(reasons).toContainEqual(expect.stringContaining(`does not fit, it is more than limits.memory ${mib} MiB`));
    expect(reasons.join('\n')).not.toContain('≤');
  });

  test('divides the memory of a JVM so that all regions together are the limit', () => {
    expect(values(small, { runtime: 'jvm' }).JAVA_TOOL_OPTIONS).toMatch(
      /^-Xmx\d+m -Xss1m -XX:MaxMetaspaceSize=24m -XX:ReservedCodeCacheSize=16m -XX:MaxDirectMemorySize=10m -XX:ActiveProcessorCount=1 -XX:\+UseSerialGC$/,
    );
    for (const mib of [256, 512, 1024, 4096]) {
      const { heap, metaspace, codeCache, direct, threads, stack, headroom } = javaMemory(mib * mebibyte, 90);
      expect(heap + metaspace + codeCache + direct + threads * stack + headroom).toBeLessThanOrEqual(mib);
    }
  });

  test.each([
    ['go', { GOMAXPROCS: '1', GOMEMLIMIT: '230MiB' }],
    ['python', { WEB_CONCURRENCY: '3', WORKER_MEMORY_MIB: '76' }],
    ['dotnet', { DOTNET_PROCESSOR_COUNT: '1', DOTNET_GCHeapHardLimit: 'CB33333' }],
    ['openmp', { OMP_NUM_THREADS: '1' }],
  ] as const)('gives %s what it reads', (runtime, expected) => {
    expect(values(small, { runtime })).toEqual(expected);
  });

  test('makes nothing of a limit that is not set', () => {
    const none = { cpus: undefined, memory: undefined, memoryShare: 90 };
    expect(values(none, { runtime: 'all', pools: parsePools(['DB_POOL=cpus*4']) })).toEqual({});
  });

  test('keeps what the user set, unless it may override', () => {
    const env = { UV_THREADPOOL_SIZE: '9', WEB_CONCURRENCY: '9', NODE_OPTIONS: '--max-old-space-size=99' };
    expect(values(small, { env })).toEqual({});
    expect(values(small, { env, override: true })).toEqual({
      UV_THREADPOOL_SIZE: '2',
      NODE_OPTIONS: '--max-old-space-size=226',
    });
  });

  test('adds to options that are about something else', () => {
    const env = { NODE_OPTIONS: '--enable-source-maps' };
    expect(values(small, { env }).NODE_OPTIONS).toBe('--enable-source-maps --max-old-space-size=226');
  });

  test('sizes pools by template, at least 1', () => {
    const pools = parsePools(['DB_POOL=cpus*4', 'CACHE_MIB=memory/4', 'TINY=cpus/8']);
    expect(values(small, { pools })).toMatchObject({ DB_POOL: '2', CACHE_MIB: '64', TINY: '1' });
  });

  test.each(['DB_POOL', 'DB_POOL=threads*2', '1X=cpus', 'A=cpus/0'])('refuses the template %s', (text) => {
    expect(() => parsePools([text])).toThrow('is not like DB_POOL=cpus*4');
  });
});
