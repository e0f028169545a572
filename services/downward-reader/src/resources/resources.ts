import type { CgroupLimits } from './cgroup.ts';
import type { Field, Reading } from './field.ts';
import { enforcedRange } from './rounding.ts';
import { overlap, type Range, rangeWith } from './units.ts';

/** A limit by its three sources: millicores or bytes; `null` is no limit, undefined is not known. */
export type ResourceView = {
  volume: number | undefined;
  environment: number | undefined;
  cgroup: number | null | undefined;
  /** The limit to use: the kernel's where it can be read, else the volume's, else the environment's. */
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
    'limits.cpu': compare('cpu', field('limits.cpu'), cgroup.cpu),
    'limits.memory': compare('memory', field('limits.memory'), cgroup.memory),
  };
}

function compare(kind: 'cpu' | 'memory', field: Field | undefined, cgroup: number | null | undefined): ResourceView {
  const volume = readAmount(field?.volume);
  const environment = readAmount(field?.environment);
  const declared = field?.volume === undefined ? environment : volume;
  const source = chooseSource(cgroup, field);
  const value = cgroup === undefined ? declared : cgroup;
  return { volume, environment, cgroup, value, source, findings: findDisagreements(kind, field, cgroup) };
}

function findDisagreements(
  kind: 'cpu' | 'memory',
  field: Field | undefined,
  cgroup: number | null | undefined,
): string[] {
  const volume = toRange(field?.volume);
  const environment = toRange(field?.environment);
  const enforced = enforcedRange(kind, cgroup);
  const findings = [field?.volume, field?.environment].flatMap((reading) => openUnit(kind, reading, cgroup));
  if (cgroup === null && (field?.volume ?? field?.environment) !== undefined)
    findings.push('no limit is set: the Downward API gives the allocatable amount of the node instead');
  if (volume !== undefined && environment !== undefined && !overlap(volume, environment))
    findings.push('the environment is stale: the container was resized in place, and variables stay as they were');
  if (volume !== undefined && enforced !== undefined && !overlap(volume, enforced))
    findings.push('a resize is not applied: the volume has the requested limit, and the kernel enforces another');
  return findings;
}

/** Not reported if no limit is set: the value is then the node's amount. */
function openUnit(kind: 'cpu' | 'memory', reading: Reading | undefined, cgroup: number | null | undefined): string[] {
  if (reading?.unit !== 'open' || cgroup === null) return [];
  const setting = kind === 'cpu' ? 'DOWNWARD_CPU_DIVISOR' : 'DOWNWARD_MEMORY_DIVISOR';
  const example = kind === 'cpu' ? `${kind}_limit_m` : `${kind}_limit_mi`;
  const why = typeof cgroup === 'number' ? `no divisor gives the ${cgroup} of the cgroup` : 'several divisors fit';
  return [
    `the divisor of ${reading.name}=${reading.raw} is not known (${why}): set ${setting}, or use a name such as ${example}`,
  ];
}

function chooseSource(cgroup: number | null | undefined, field: Field | undefined): ResourceView['source'] {
  if (cgroup !== undefined) return 'cgroup';
  if (field?.volume !== undefined) return 'volume';
  return field?.environment === undefined ? 'none' : 'environment';
}

const readAmount = (reading: Reading | undefined): number | undefined =>
  typeof reading?.value === 'number' ? reading.value : undefined;

function toRange(reading: Reading | undefined): Range | undefined {
  const { value, divisor } = reading ?? {};
  return typeof value === 'number' && divisor !== undefined ? rangeWith(value / divisor, divisor) : undefined;
}
