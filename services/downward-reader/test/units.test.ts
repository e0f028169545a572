import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CgroupLimits, unseenCgroup } from '../src/resources/cgroup.ts';
import { readFields } from '../src/resources/matrix.ts';
import { compareResources } from '../src/resources/resources.ts';

const auto = { cpu: 'auto', memory: 'auto' } as const;
const mebibyte = 2 ** 20;
const cgroup = (version: 1 | 2, limits: Partial<CgroupLimits>): CgroupLimits => ({
  ...unseenCgroup,
  ...limits,
  version,
});

type Given = { files?: Record<string, string>; env?: Record<string, string>; limits?: CgroupLimits };
function read({ files = {}, env = {}, limits = unseenCgroup }: Given) {
  const fields = readFields({ files, env, divisors: auto, cgroup: limits });
  const field = (name: string) => fields.find((one) => one.name === name);
  return { field, resources: compareResources(fields, limits) };
}

const memoryDivisors = { '1': 1, '1k': 1000, '1Ki': 1024, '1M': 1e6, '1Mi': 2 ** 20, '1G': 1e9, '1Gi': 2 ** 30 };
const cpuDivisors = { '1m': 1, '1': 1000 };
const written = (amount: number, divisor: number) => String(Math.ceil(amount / divisor));

const memoryCases = [128, 512, 1024, 3000].flatMap((mib) =>
  Object.entries(memoryDivisors).flatMap(([name, divisor]) =>
    ([1, 2] as const).map((version) => ({ mib, name, divisor, version })),
  ),
);
const cpuCases = [100, 500, 1000, 1500, 4000].flatMap((millicores) =>
  Object.entries(cpuDivisors).flatMap(([name, divisor]) =>
    ([1, 2] as const).map((version) => ({ millicores, name, divisor, version })),
  ),
);

describe('a value whose name does not say the divisor', () => {
  test.each(memoryCases)('is $mib MiB with the divisor $name, by cgroup v$version', (one) => {
    const amount = one.mib * mebibyte;
    const raw = written(amount, one.divisor);
    for (const given of [
      { files: { memory_limit: raw } },
      { files: { mem_limit: raw } },
      { env: { MEMORY_LIMIT: raw } },
    ]) {
      const { resources, field } = read({ ...given, limits: cgroup(one.version, { memory: amount }) });
      expect(resources['limits.memory']).toMatchObject({ value: amount, findings: [] });
      const value = field('limits.memory')?.value;
      expect(value).toBeGreaterThanOrEqual(amount);
      expect(value).toBeLessThan(amount + one.divisor * 1.1);
    }
  });

  test.each(cpuCases)('is $millicores millicores with the divisor $name, by cgroup v$version', (one) => {
    const raw = written(one.millicores, one.divisor);
    for (const given of [
      { files: { cpu_limit: raw } },
      { files: { 'limits/cpu': raw } },
      { env: { MY_CPU_LIMIT: raw } },
    ]) {
      const { resources, field } = read({ ...given, limits: cgroup(one.version, { cpu: one.millicores }) });
      expect(resources['limits.cpu']).toMatchObject({ value: one.millicores, findings: [] });
      expect(field('limits.cpu')?.value).toBe(Number(raw) * one.divisor);
    }
  });

  test.each([
    ['memory', { memory_limit: '134217728' }],
    ['memory', { memory_limit: '128' }],
    ['cpu', { 'limits/cpu': '500' }],
    ['cpu', { cpu_limit: '2' }],
  ] as const)('is no limit of the %s where the cgroup has none, whatever the value: %j', (kind, files) => {
    for (const version of [1, 2] as const) {
      const { resources } = read({ files, limits: cgroup(version, { [kind]: null }) });
      expect(resources[`limits.${kind}`]).toMatchObject({
        value: null,
        findings: [expect.stringContaining('no limit is set')],
      });
    }
  });
});

describe('a value whose cgroup cannot be seen', () => {
  test.each([
    [{ files: { cpu_limit: '500' } }, 'limits.cpu', 500, 'documentation'],
    [{ files: { mem_limit: '64' } }, 'limits.memory', 64 * mebibyte, 'documentation'],
    [{ env: { MY_MEM_LIMIT: '134217728' } }, 'limits.memory', 128 * mebibyte, 'documentation'],
    [{ files: { cpu_request: '250' } }, 'requests.cpu', 250, 'documentation'],
    [{ files: { mem_request: '32' } }, 'requests.memory', 32 * mebibyte, 'documentation'],
    [{ files: { cpu_limit: '1' } }, 'limits.cpu', 1000, 'value'],
    [{ files: { 'limits/cpu': '4000' } }, 'limits.cpu', 4000, 'value'],
    [{ files: { memory_limit_mi: '128' } }, 'limits.memory', 128 * mebibyte, 'name'],
    [{ files: { mem_limit: '134217728' } }, 'limits.memory', undefined, 'open'],
    [{ files: { memory_limit: '134217728' } }, 'limits.memory', undefined, 'open'],
    [{ files: { 'limits/cpu': '500' } }, 'limits.cpu', undefined, 'open'],
    [
      { files: { 'limits/memory_mi': '128' }, env: { MEMORY_LIMIT: '134217728' } },
      'limits.memory',
      128 * mebibyte,
      'name',
    ],
  ] as const)('%j is known from its name, its number, or not at all: %s', (given, name, value, unit) => {
    const field = read(given).field(name);
    expect({ value: field?.value, unit: (field?.volume ?? field?.environment)?.unit }).toEqual({ value, unit });
  });

  test('is open, with a warning that says what to do, and nothing is tuned by it', () => {
    const { resources } = read({ files: { memory_limit: '134217728' } });
    expect(resources['limits.memory']).toMatchObject({
      value: undefined,
      findings: [expect.stringMatching(/divisor of memory_limit=134217728 is not known .*DOWNWARD_MEMORY_DIVISOR/)],
    });
  });

  test('is known by the other method that says its divisor', () => {
    const { field } = read({ files: { 'limits/memory_mi': '128' }, env: { MEMORY_LIMIT: '134217728' } });
    expect(field('limits.memory')?.environment).toMatchObject({ value: 128 * mebibyte, unit: 'other' });
  });
});

test('a request is known by its limit, which it cannot exceed', () => {
  const limits = cgroup(2, { memory: 128 * mebibyte });
  const { field } = read({ env: { MEMORY_LIMIT: '134217728', MEMORY_REQUEST: '67108864' }, limits });
  expect(field('requests.memory')).toMatchObject({
    value: 64 * mebibyte,
    environment: { divisor: 1, unit: 'limit' },
  });
});

test('a value that no divisor makes equal to the cgroup is open, and the settings go by the cgroup', () => {
  const { resources } = read({ files: { memory_limit: '300' }, limits: cgroup(2, { memory: 128 * mebibyte }) });
  expect(resources['limits.memory']).toMatchObject({
    volume: undefined,
    value: 128 * mebibyte,
    findings: [expect.stringContaining('no divisor gives the 134217728 of the cgroup')],
  });
});

test('whatever the limit and the divisor, what is read is the limit, rounded up to one unit', () => {
  const amount = fc.integer({ min: 4 * mebibyte, max: 2 ** 40 });
  const divisor = fc.constantFrom(...Object.values(memoryDivisors));
  fc.assert(
    fc.property(amount, divisor, (bytes, unit) => {
      const limits = cgroup(2, { memory: Math.floor(bytes / 4096) * 4096 });
      const value = read({ files: { 'limits/memory': written(bytes, unit) }, limits }).field('limits.memory')?.value;
      expect(value).toBeGreaterThanOrEqual(bytes - 4096);
      expect(value).toBeLessThan(bytes + unit * 1.1 + 65_536);
    }),
  );
});

test('without a cgroup a value is never wrong: it is the limit rounded up to one unit, or open', () => {
  const amount = fc.integer({ min: 4 * mebibyte, max: 2 ** 40 });
  const divisor = fc.constantFrom(...Object.values(memoryDivisors));
  fc.assert(
    fc.property(amount, divisor, (bytes, unit) => {
      const value = read({ files: { 'limits/memory': written(bytes, unit) } }).field('limits.memory')?.value ?? bytes;
      expect(value).toBeGreaterThanOrEqual(bytes);
      expect(value).toBeLessThan(bytes + unit);
    }),
  );
});
