import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCgroup, unseenCgroup } from '../src/resources/cgroup.ts';
import { type Inputs, readFields } from '../src/resources/matrix.ts';
import { compareResources } from '../src/resources/resources.ts';

function cgroup(files: Record<string, string>): string {
  const root = tempDir();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);
  }
  return root;
}

describe('readCgroup', () => {
  test('reads version 2', () => {
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

  test('reads version 1', () => {
    const limited = {
      'memory/memory.limit_in_bytes': '1048576',
      'cpu/cpu.cfs_quota_us': '150000',
      'cpu/cpu.cfs_period_us': '100000',
    };
    expect(readCgroup(cgroup(limited))).toEqual({ version: 1, cpu: 1500, memory: 1_048_576 });
    const free = { 'memory/memory.limit_in_bytes': '9223372036854771712', 'cpu,cpuacct/cpu.cfs_quota_us': '-1' };
    expect(readCgroup(cgroup(free))).toEqual({ version: 1, cpu: null, memory: null });
  });

  test('knows nothing where there is nothing', () => {
    expect(readCgroup('/nowhere')).toEqual({ version: undefined, cpu: undefined, memory: undefined });
  });
});

const compareWith = (inputs: Omit<Inputs, 'cgroup'>, limits: Inputs['cgroup']) =>
  compareResources(readFields({ ...inputs, cgroup: limits }), limits);

describe('compareResources', () => {
  const divisors = { cpu: '1m', memory: '1Mi' } as const;
  const compare = (files: Record<string, string>, env: Record<string, string>, cpu: number | null | undefined) =>
    compareWith({ env, files, divisors }, { version: 2, cpu, memory: undefined })['limits.cpu'];

  test('finds nothing where all three agree', () => {
    expect(compare({ 'limits/cpu_m': '500' }, { CPU_LIMIT: '500' }, 500)).toMatchObject({
      value: 500,
      source: 'cgroup',
      findings: [],
    });
  });

  test('knows only from the kernel that no limit is set, since the Downward API gives the amount of the node instead', () => {
    expect(compare({ 'limits/cpu_m': '8000' }, {}, null)).toMatchObject({
      value: null,
      findings: [expect.stringContaining('no limit is set')],
    });
  });

  test('reports a stale environment after a resize in place', () => {
    expect(compare({ 'limits/cpu_m': '900' }, { CPU_LIMIT: '500' }, 900).findings).toEqual([
      expect.stringContaining('the environment is stale'),
    ]);
  });

  test('reports a resize that is not applied', () => {
    expect(compare({ 'limits/cpu_m': '900' }, {}, 500).findings).toEqual([
      expect.stringContaining('a resize is not applied'),
    ]);
  });

  test('uses the volume, then the environment, if the cgroup cannot be read', () => {
    expect(compare({ cpu_limit: '250' }, { CPU_LIMIT: '500' }, undefined)).toMatchObject({
      value: 250,
      source: 'volume',
    });
    expect(compare({}, { CPU_LIMIT: '500' }, undefined)).toMatchObject({ value: 500, source: 'environment' });
  });
});

const memoryUnits = { '1': 1, '1k': 1e3, '1Ki': 2 ** 10, '1M': 1e6, '1Mi': 2 ** 20, '1G': 1e9, '1Gi': 2 ** 30 };
const cpuUnits = { '1m': 1, '1': 1000 };
type Units = Record<string, number>;
const divisor = (units: Units) => fc.constantFrom(...Object.keys(units));
/** As the API writes a limit, by a resourceFieldRef with this divisor. */
const written = (amount: number, units: Units, name: string) => String(Math.ceil(amount / (units[name] ?? 1)));
const wholePercents = (millicores: number) => Math.ceil(millicores / 10) * 10;
const findings = (
  name: 'cpu' | 'memory',
  files: string,
  env: string,
  [volume, variable]: [string, string],
  now: number,
) => {
  const read = (one: string, source: { files?: Record<string, string>; env?: Record<string, string> }) => {
    const divisors = { cpu: one === '1' ? '1' : '1m', memory: one } as const;
    return readFields({ env: {}, files: {}, ...source, divisors, cgroup: unseenCgroup }).find(
      (field) => field.name === `limits.${name}`,
    );
  };
  const fromVolume = read(volume, { files: { [`limits/${name}`]: files } });
  const fromEnv = read(variable, { env: { [`${name.toUpperCase()}_LIMIT`]: env } });
  if (fromVolume === undefined || fromEnv === undefined) throw new Error(`no field limits.${name}`);
  const field = { ...fromVolume, environment: fromEnv.environment };
  const limits = { version: 2 as const, cpu: undefined, memory: undefined, [name]: now };
  return compareResources([field], limits)[`limits.${name}`].findings;
};

describe('compareResources of what Kubernetes rounds', () => {
  test('finds nothing wrong with one CPU limit, whatever the divisors, and however it is enforced', () => {
    const millicores = fc.integer({ min: 1, max: 256_000 });
    fc.assert(
      fc.property(millicores, divisor(cpuUnits), divisor(cpuUnits), fc.boolean(), (limit, one, other, systemd) => {
        const now = Math.max(10, systemd ? wholePercents(limit) : limit);
        const file = written(limit, cpuUnits, one);
        const variable = written(limit, cpuUnits, other);
        expect(findings('cpu', file, variable, [one, other], now)).toEqual([]);
      }),
    );
  });

  test('finds nothing wrong with one memory limit, whatever the divisors and the size of a page', () => {
    const bytes = fc.integer({ min: 2 ** 19, max: 2 ** 40 });
    const page = fc.constantFrom(4096, 65_536);
    fc.assert(
      fc.property(bytes, divisor(memoryUnits), divisor(memoryUnits), page, (limit, one, other, size) => {
        const now = Math.floor(limit / size) * size;
        const file = written(limit, memoryUnits, one);
        const variable = written(limit, memoryUnits, other);
        expect(findings('memory', file, variable, [one, other], now)).toEqual([]);
      }),
    );
  });

  test('reports each resize that is larger than the rounding', () => {
    const millicores = fc.integer({ min: 1, max: 256_000 });
    const change = fc.oneof(fc.integer({ min: 21, max: 64_000 }), fc.integer({ min: -64_000, max: -21 }));
    fc.assert(
      fc.property(millicores, change, divisor(cpuUnits), (before, by, one) => {
        const after = before + by + Math.sign(by) * (cpuUnits[one as '1'] ?? 0);
        fc.pre(after > 0);
        const found = findings(
          'cpu',
          written(after, cpuUnits, one),
          written(before, cpuUnits, '1m'),
          [one, '1m'],
          Math.max(10, wholePercents(before)),
        );
        expect(found).toEqual([
          expect.stringContaining('the environment is stale'),
          expect.stringContaining('a resize is not applied'),
        ]);
      }),
    );
  });
});
