import { join } from 'node:path';
import { type MapFile, parseMapFile } from '@podkit/downward/map-file';
import { describeUnreadable, type Unreadable } from '@podkit/downward/read-tree';
import type { Snapshot } from '@podkit/downward/volume';
import { type CgroupLimits, readCgroup, unseenCgroup } from '../resources/cgroup.ts';
import type { Field } from '../resources/field.ts';
import { readFields } from '../resources/matrix.ts';
import { compareResources, type Resources } from '../resources/resources.ts';
import type { Divisors } from '../resources/units.ts';
import type { Settings } from '../tune/settings.ts';
import type { TuneOptions } from '../tune/tune.ts';
import { toLimits, tune } from '../tune/tune.ts';
import { dateFields } from './age.ts';

/** All that a Pod knows about itself at one moment. */
export type Document = {
  /** Labels and annotations; errors name the lines that could not be read. Undefined where the file is not there. */
  labels: MapFile | undefined;
  annotations: MapFile | undefined;
  fields: Field[];
  /** Every other file of the volume, as it is. */
  files: Record<string, string>;
  /** The variables that carry fields, fixed since the container started. */
  environment: Record<string, string>;
  resources: Resources;
  cgroup: CgroupLimits;
  /** Runtime settings that fit the limits. */
  tuning: Settings;
  /** What is wrong and what could be better, for people. */
  warnings: string[];
  /** What is not there, and how to have it. */
  missing: string[];
  volume: { directory: string; generation: string | undefined; unreadable: Unreadable[] };
};

export type DocumentInputs = {
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
  divisors: Divisors;
  /** Where the cgroup of the container is that the limits are about; undefined where it cannot be seen from here. */
  cgroupRoot: string | undefined;
  tune: Omit<TuneOptions, 'env'>;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** When this process, and with it its environment, began. */
  started?: number;
};

/** Put the volume, the environment and the cgroup together. What is as in `previous` keeps its age. */
export function createDocument(snapshot: Snapshot | undefined, inputs: DocumentInputs, previous?: Document): Document {
  const { directory, env, divisors } = inputs;
  const all = snapshot?.files ?? {};
  const { labels: labelText, annotations: annotationText, ...files } = all;
  const labels = labelText === undefined ? undefined : parseMapFile(labelText);
  const annotations = annotationText === undefined ? undefined : parseMapFile(annotationText);
  const cgroup = inputs.cgroupRoot === undefined ? unseenCgroup : readCgroup(inputs.cgroupRoot);
  const fields = readFields({ env, files: all, unreadable: snapshot?.unreadable ?? [], divisors, cgroup });
  const resources = compareResources(fields, cgroup);
  return {
    labels,
    annotations,
    fields: dateFields(withCgroup(fields, cgroup), {
      previous: previous?.fields,
      root: snapshot?.generation ?? directory,
      started: inputs.started ?? performance.timeOrigin,
      now: (inputs.now ?? Date.now)(),
    }),
    files,
    environment: Object.fromEntries(fields.flatMap(({ environment: one }) => (one ? [[one.name, one.raw]] : []))),
    resources,
    cgroup,
    tuning: tune(toLimits(resources, inputs.tune.memoryShare), { ...inputs.tune, env }),
    warnings: [...volumeWarnings(snapshot, directory), ...mapWarnings({ labels, annotations }), ...findings(resources)],
    missing: missingParts(snapshot, directory, fields),
    volume: { directory, generation: snapshot?.generation, unreadable: snapshot?.unreadable ?? [] },
  };
}

/** What the kernel enforces, where nothing else tells a limit. */
function withCgroup(fields: readonly Field[], { cpu, memory }: CgroupLimits): Field[] {
  const limits: Record<string, number | null | undefined> = { 'limits.cpu': cpu, 'limits.memory': memory };
  return fields.map((field) => {
    const value = limits[field.name];
    if (field.source !== 'none' || typeof value !== 'number') return field;
    return { ...field, value, source: 'cgroup', raw: String(value) };
  });
}

function volumeWarnings(snapshot: Snapshot | undefined, directory: string): string[] {
  if (snapshot === undefined) return [];
  const { generation, unreadable } = snapshot;
  const errors = unreadable.map((one) => `${join(directory, one.path)} ${describeUnreadable(one)}`);
  const isUnknown = unreadable.some(
    ({ path, code }) => path === '..data' || (path === '.' && code !== 'ERR_TOO_MANY_FILES'),
  );
  if (generation !== undefined || isUnknown) return errors;
  return [
    `${directory} has no ..data: it is a plain folder or a subPath mount, which Kubernetes never updates`,
    ...errors,
  ];
}

function mapWarnings(maps: Record<string, MapFile | undefined>): string[] {
  return Object.entries(maps).flatMap(([name, map]) =>
    (map?.errors ?? []).map(({ line, reason }) => `${name} line ${line}: ${reason}`),
  );
}

function findings(resources: Resources): string[] {
  return Object.entries(resources).flatMap(([name, view]) => view.findings.map((finding) => `${name}: ${finding}`));
}

function missingParts(snapshot: Snapshot | undefined, directory: string, fields: readonly Field[]): string[] {
  const absent = fields.filter(({ source }) => source === 'none').map(({ name }) => name);
  return [
    ...(snapshot === undefined ? [`no volume at ${directory}: mount a downwardAPI volume there`] : []),
    ...absent
      .filter((name) => /^(metadata\.(name|namespace|labels)|limits\.(cpu|memory))$/.test(name))
      .map((name) => `${name}: neither a file nor a variable has it`),
  ];
}
