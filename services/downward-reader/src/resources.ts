import type { CgroupLimits } from './cgroup.ts';
import type { Field, Reading } from './matrix.ts';

/** A limit as its three witnesses see it: millicores or bytes; `null` is no limit, undefined is not known. */
export type ResourceView = {
  volume: number | undefined;
  environment: number | undefined;
  cgroup: number | null | undefined;
  /** What to reckon with: the kernel's word where it can be had, else the volume's, else the environment's. */
  value: number | null | undefined;
  source: 'cgroup' | 'volume' | 'environment' | 'none';
  /** What does not fit together, for people. */
  findings: string[];
};

export type Resources = { 'limits.cpu': ResourceView; 'limits.memory': ResourceView };

/** Compare what the volume says, what the environment said at the start, and what the cgroup enforces now. */
export function compareResources(fields: readonly Field[], cgroup: CgroupLimits): Resources {
  const field = (name: string) => fields.find((one) => one.name === name);
  return {
    'limits.cpu': compare(field('limits.cpu'), cgroup.cpu, cpuRounding),
    'limits.memory': compare(field('limits.memory'), cgroup.memory, memoryRounding),
  };
}

/** By how much what is enforced may be more or less than what was asked for. */
type Rounding = { up: number; down: number };

/** The kubelet enforces 10m at least (a quota of 1 ms), and systemd takes whole percents: up to 10m more than asked for. */
const cpuRounding: Rounding = { up: 10, down: 0 };
/** The kernel counts whole pages, which have up to 64 KiB. */
const memoryRounding: Rounding = { up: 0, down: 65_536 };

function compare(field: Field | undefined, cgroup: number | null | undefined, rounding: Rounding): ResourceView {
  const [fromVolume, fromEnvironment] = [rangeOf(field?.volume), rangeOf(field?.environment)];
  const [volume, environment] = [fromVolume?.most, fromEnvironment?.most];
  const findings: string[] = [];
  const declared = volume ?? environment;
  if (cgroup === null && declared !== undefined)
    findings.push('no limit is set: the Downward API gives the allocatable amount of the node instead');
  if (fromVolume !== undefined && fromEnvironment !== undefined && !overlap(fromVolume, fromEnvironment))
    findings.push('the environment is stale: the container was resized in place, and variables stay as they were');
  if (fromVolume !== undefined && typeof cgroup === 'number' && !overlap(fromVolume, enforced(cgroup, rounding)))
    findings.push('desired is not actual: the volume tells the wanted limit, and the kernel enforces another');
  const source =
    cgroup !== undefined
      ? 'cgroup'
      : volume !== undefined
        ? 'volume'
        : environment !== undefined
          ? 'environment'
          : 'none';
  return { volume, environment, cgroup, value: cgroup !== undefined ? cgroup : declared, source, findings };
}

/** What a limit can be: above `above`, and `most` at most. */
type Range = { above: number; most: number };

const overlap = (a: Range, b: Range): boolean => a.above < b.most && b.above < a.most;

/** The API rounds up: 0.5 CPUs with the divisor 1 read 1. */
function rangeOf(reading: Reading | undefined): Range | undefined {
  const { value, divisor = 1 } = reading ?? {};
  return typeof value === 'number' ? { above: value - divisor, most: value } : undefined;
}

/** What may have been asked for where the kernel enforces this much. */
const enforced = (amount: number, { up, down }: Rounding): Range => ({ above: amount - up - 1, most: amount + down });
