import type { CgroupLimits } from './cgroup.ts';
import type { Field } from './matrix.ts';

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
  return {
    'limits.cpu': compare(
      fields.find(({ name }) => name === 'limits.cpu'),
      cgroup.cpu,
      10,
    ),
    'limits.memory': compare(
      fields.find(({ name }) => name === 'limits.memory'),
      cgroup.memory,
      4096,
    ),
  };
}

/** Values that differ by less than `slack` are the same: the kernel rounds to pages, the API to its divisor. */
function compare(field: Field | undefined, cgroup: number | null | undefined, slack: number): ResourceView {
  const volume = numberOf(field?.volume?.value);
  const environment = numberOf(field?.environment?.value);
  const findings: string[] = [];
  const differ = (a: number, b: number) => Math.abs(a - b) > Math.max(slack, 0.01 * Math.max(a, b));
  const declared = volume ?? environment;
  if (cgroup === null && declared !== undefined)
    findings.push('no limit is set: the Downward API gives the allocatable amount of the node instead');
  if (volume !== undefined && environment !== undefined && differ(volume, environment))
    findings.push('the environment is stale: the container was resized in place, and variables stay as they were');
  if (volume !== undefined && typeof cgroup === 'number' && differ(volume, cgroup))
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

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
