import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, it } from 'vitest';
import { readCgroup } from '../src/cgroup.ts';
import { readFields } from '../src/matrix.ts';
import { compareResources } from '../src/resources.ts';

function cgroup(files: Record<string, string>): string {
  const root = tempDir();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);
  }
  return root;
}

describe('readCgroup', () => {
  it('reads version 2', () => {
    expect(readCgroup(cgroup({ 'memory.max': '268435456', 'cpu.max': '50000 100000' }))).toEqual({
      version: 2,
      cpu: 500,
      memory: 268_435_456,
    });
    expect(readCgroup(cgroup({ 'memory.max': 'max', 'cpu.max': 'max 100000' }))).toEqual({
      version: 2,
      cpu: null,
      memory: null,
    });
  });

  it('reads version 1', () => {
    const limited = {
      'memory/memory.limit_in_bytes': '1048576',
      'cpu/cpu.cfs_quota_us': '150000',
      'cpu/cpu.cfs_period_us': '100000',
    };
    expect(readCgroup(cgroup(limited))).toEqual({ version: 1, cpu: 1500, memory: 1_048_576 });
    const free = { 'memory/memory.limit_in_bytes': '9223372036854771712', 'cpu,cpuacct/cpu.cfs_quota_us': '-1' };
    expect(readCgroup(cgroup(free))).toEqual({ version: 1, cpu: null, memory: null });
  });

  it('knows nothing where there is nothing', () => {
    expect(readCgroup('/nowhere')).toEqual({ version: undefined, cpu: undefined, memory: undefined });
  });
});

describe('compareResources', () => {
  const divisors = { cpu: '1m', memory: '1Mi' } as const;
  const compare = (files: Record<string, string>, env: Record<string, string>, cpu: number | null | undefined) =>
    compareResources(readFields({ env, files, divisors }), { version: 2, cpu, memory: undefined })['limits.cpu'];

  it('finds nothing where all three agree', () => {
    expect(compare({ 'limits/cpu_m': '500' }, { CPU_LIMIT: '500' }, 500)).toMatchObject({
      value: 500,
      source: 'cgroup',
      findings: [],
    });
  });

  it('tells that no limit is set from the kernel alone, since the Downward API gives the node instead', () => {
    expect(compare({ 'limits/cpu_m': '8000' }, {}, null)).toMatchObject({
      value: null,
      findings: [expect.stringContaining('no limit is set')],
    });
  });

  it('tells a stale environment after a resize in place', () => {
    expect(compare({ 'limits/cpu_m': '900' }, { CPU_LIMIT: '500' }, 900).findings).toEqual([
      expect.stringContaining('the environment is stale'),
    ]);
  });

  it('tells a resize that is wanted and not done', () => {
    expect(compare({ 'limits/cpu_m': '900' }, {}, 500).findings).toEqual([
      expect.stringContaining('desired is not actual'),
    ]);
  });

  it('goes by the volume, then the environment, where the kernel tells nothing', () => {
    expect(compare({ cpu_limit: '250' }, { CPU_LIMIT: '500' }, undefined)).toMatchObject({
      value: 250,
      source: 'volume',
    });
    expect(compare({}, { CPU_LIMIT: '500' }, undefined)).toMatchObject({ value: 500, source: 'environment' });
  });
});
