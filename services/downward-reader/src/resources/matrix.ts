import type { Unreadable } from '@podkit/downward/read-tree';
import type { CgroupLimits } from './cgroup.ts';
import type { Field, Reading } from './field.ts';
import { type FieldSpec, fieldSpecs } from './field-specs.ts';
import { resolveUnits } from './resolve-units.ts';
import { enforcedRange } from './rounding.ts';
import { type Divisors, quantityFrom, type Range } from './units.ts';

export type Inputs = {
  env: Readonly<Record<string, string | undefined>>;
  files: Readonly<Record<string, string>>;
  unreadable?: readonly Unreadable[];
  divisors: Divisors;
  /** What the kernel enforces for the container that the limits are about. */
  cgroup: CgroupLimits;
};

type Readings = Pick<Field, 'environment' | 'volume'>;

/** Read every field by both methods. A request is read after its limit, which it cannot exceed. */
export function readFields(inputs: Inputs): Field[] {
  const fields: Field[] = [];
  for (const spec of fieldSpecs) {
    const limit = fields.find(({ name }) => name === spec.name.replace('requests.', 'limits.'));
    fields.push(readField(spec, inputs, limit));
  }
  return fields;
}

function readField(spec: FieldSpec, inputs: Inputs, limit: Field | undefined): Field {
  const { environment, volume } = readMethods(spec, inputs, limit);
  const best = volume ?? environment;
  const { unreadable = [] } = inputs;
  return {
    name: spec.name,
    value: best?.value,
    source: volume ? 'volume' : environment ? 'environment' : 'none',
    raw: best?.raw,
    since: undefined,
    environment,
    volume,
    error: volume ? undefined : unreadable.find(({ path }) => spec.files.some((file) => isOrHolds(path, file))),
    methods: { environment: spec.variables.length > 0, volume: spec.files.length > 0 },
  };
}

const isOrHolds = (path: string, file: string): boolean => path === '.' || path === file || file.startsWith(`${path}/`);

function readMethods(spec: FieldSpec, { env, files, divisors, cgroup }: Inputs, limit: Field | undefined): Readings {
  const environment = find(spec.variables, env);
  const volume = find(spec.files, files);
  const { kind } = spec;
  if (kind !== 'cpu' && kind !== 'bytes')
    return { environment: environment && plain(kind, environment), volume: volume && plain(kind, volume) };
  const quantity = (text: Text | undefined) => {
    const count = text === undefined ? undefined : wholeNumber(text.raw);
    return text === undefined || count === undefined ? undefined : quantityFrom(kind, text.name, count, divisors);
  };
  const units = resolveUnits(
    { volume: quantity(volume), environment: quantity(environment) },
    { enforced: findEnforced(spec.name, cgroup), limit },
  );
  return {
    environment: environment && { ...environment, ...units.environment },
    volume: volume && { ...volume, ...units.volume },
  };
}

function findEnforced(name: string, { cpu, memory }: CgroupLimits): Range | undefined {
  if (name === 'limits.cpu') return enforcedRange('cpu', cpu);
  return name === 'limits.memory' ? enforcedRange('memory', memory) : undefined;
}

type Text = { name: string; raw: string };

/** An absent label or annotation key reads as empty text, without an error: that is "not there". */
function find(names: readonly string[], values: Readonly<Record<string, string | undefined>>): Text | undefined {
  const name = names.find((candidate) => (values[candidate] ?? '') !== '');
  return name === undefined ? undefined : { name, raw: values[name] ?? '' };
}

function plain(kind: FieldSpec['kind'], { name, raw }: Text): Reading {
  if (kind === 'integer') return { name, raw, value: wholeNumber(raw) };
  return { name, raw, value: kind === 'list' ? raw.split(',') : raw };
}

/** A decimal integer that a number can hold exactly; anything else is no quantity. */
function wholeNumber(raw: string): number | undefined {
  const count = /^\d{1,18}$/.test(raw.trim()) ? Number(raw.trim()) : undefined;
  return count !== undefined && Number.isSafeInteger(count) ? count : undefined;
}
