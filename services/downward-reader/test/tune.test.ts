import { describe, expect, it } from 'vitest';
import { parsePools } from '../src/tune/pools.ts';
import { type Limits, type TuneOptions, tune } from '../src/tune/tune.ts';

const mebibyte = 2 ** 20;
const small: Limits = { cpus: 0.5, memory: 256 * mebibyte, memoryShare: 75 };
const values = (limits: Limits, options: Partial<TuneOptions> = {}) => {
  const settings = tune(limits, { runtime: 'node', memoryShare: 75, pools: [], env: {}, override: false, ...options });
  return Object.fromEntries(Object.entries(settings).map(([name, { value }]) => [name, value]));
};

describe('tune', () => {
  it('gives Node a heap, threads and workers', () => {
    expect(values(small)).toEqual({
      NODE_OPTIONS: '--max-old-space-size-percentage=75',
      UV_THREADPOOL_SIZE: '2',
      WEB_CONCURRENCY: '1',
    });
  });

  it('leaves Node 40 MiB beside the heap where the limit is small', () => {
    expect(values({ ...small, memory: 80 * mebibyte }).NODE_OPTIONS).toBe('--max-old-space-size-percentage=50');
  });

  it('gives the JVM its share and the collector that fits', () => {
    const options = { runtime: 'jvm' as const };
    expect(values(small, options).JAVA_TOOL_OPTIONS).toBe(
      '-XX:MaxRAMPercentage=75 -XX:ActiveProcessorCount=1 -XX:+UseSerialGC',
    );
    const large = { cpus: 4, memory: 4096 * mebibyte, memoryShare: 75 };
    expect(values(large, options).JAVA_TOOL_OPTIONS).toBe(
      '-XX:MaxRAMPercentage=75 -XX:ActiveProcessorCount=4 -XX:+UseG1GC',
    );
  });

  it.each([
    ['go', { GOMAXPROCS: '1', GOMEMLIMIT: '230MiB' }],
    ['python', { WEB_CONCURRENCY: '3' }],
    ['dotnet', { DOTNET_PROCESSOR_COUNT: '1', DOTNET_GCHeapHardLimitPercent: '4B' }],
    ['openmp', { OMP_NUM_THREADS: '1' }],
  ] as const)('gives %s what it reads', (runtime, expected) => {
    expect(values(small, { runtime })).toEqual(expected);
  });

  it('makes nothing of a limit that is not set', () => {
    const none = { cpus: undefined, memory: undefined, memoryShare: 75 };
    expect(values(none, { runtime: 'all', pools: parsePools(['DB_POOL=cpus*4']) })).toEqual({});
  });

  it('keeps what the user set, unless told to override', () => {
    const env = { UV_THREADPOOL_SIZE: '9', WEB_CONCURRENCY: '9', NODE_OPTIONS: '--max-old-space-size=99' };
    expect(values(small, { env })).toEqual({});
    expect(values(small, { env, override: true })).toEqual({
      UV_THREADPOOL_SIZE: '2',
      WEB_CONCURRENCY: '1',
      NODE_OPTIONS: '--max-old-space-size-percentage=75',
    });
  });

  it('adds to options that are about something else', () => {
    const env = { NODE_OPTIONS: '--enable-source-maps' };
    expect(values(small, { env }).NODE_OPTIONS).toBe('--enable-source-maps --max-old-space-size-percentage=75');
  });

  it('reckons pools by template, at least 1', () => {
    const pools = parsePools(['DB_POOL=cpus*4', 'CACHE_MIB=memory/4', 'TINY=cpus/8']);
    expect(values(small, { pools })).toMatchObject({ DB_POOL: '2', CACHE_MIB: '64', TINY: '1' });
  });

  it.each(['DB_POOL', 'DB_POOL=threads*2', '1X=cpus', 'A=cpus/0'])('refuses the template %s', (text) => {
    expect(() => parsePools([text])).toThrow('is not like DB_POOL=cpus*4');
  });
});
