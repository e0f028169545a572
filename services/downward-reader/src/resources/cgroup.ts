import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The limits that the kernel enforces now. `null` is no limit; `undefined` is one that cannot be read. */
export type CgroupLimits = {
  version: 1 | 2 | undefined;
  /** Millicores. */
  cpu: number | null | undefined;
  /** Bytes. */
  memory: number | null | undefined;
};

/** The limits of a cgroup that cannot be seen from here. */
export const unseenCgroup: CgroupLimits = { version: undefined, cpu: undefined, memory: undefined };

// Version 1 says "no limit" as the largest page-aligned 64-bit number.
const unlimited = 2 ** 60;

/**
 * Read the limits of the own cgroup, as a container sees it: at the root of its cgroup namespace.
 * Sources: https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/
 */
export function readCgroup(root: string): CgroupLimits {
  const read = (...path: string[]) => readText(join(root, ...path));
  const memory = read('memory.max');
  const cpu = read('cpu.max');
  if (memory !== undefined || cpu !== undefined)
    return { version: 2, cpu: quota(cpu?.split(/\s+/)), memory: limit(memory) };
  const memoryV1 = read('memory', 'memory.limit_in_bytes');
  const folder = read('cpu,cpuacct', 'cpu.cfs_quota_us') === undefined ? 'cpu' : 'cpu,cpuacct';
  const quotaV1 = read(folder, 'cpu.cfs_quota_us');
  if (memoryV1 === undefined && quotaV1 === undefined) return unseenCgroup;
  return { version: 1, cpu: quota([quotaV1, read(folder, 'cpu.cfs_period_us')]), memory: limit(memoryV1) };
}

function quota(parts: readonly (string | undefined)[] | undefined): number | null | undefined {
  const [allowed, period] = parts ?? [];
  if (allowed === undefined) return undefined;
  if (allowed === 'max' || allowed === '-1') return null;
  return Math.round((Number(allowed) / Number(period ?? 100_000)) * 1000);
}

function limit(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  const bytes = Number(text);
  return text === 'max' || bytes >= unlimited ? null : bytes;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
