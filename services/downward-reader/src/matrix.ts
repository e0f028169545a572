import type { Unreadable } from '@podkit/downward/volume';
import { type FieldSpec, fieldSpecs } from './fields.ts';
import { type Divisors, divisorOf, wholeNumber } from './quantity.ts';

export type Reading = {
  /** Variable or path in the volume. */
  name: string;
  raw: string;
  /** Millicores for CPU, bytes for memory; undefined where the text is not what the field's kind asks for. */
  value: string | number | string[] | undefined;
  /** Of CPU and memory, what the API rounded up to: the limit itself is above `value - divisor`. */
  divisor?: number;
};

/** One field with what each method says of it. */
export type Field = {
  name: string;
  /** The volume's value where there is one, since it follows changes, else the environment's. */
  value: Reading['value'];
  source: 'volume' | 'environment' | 'cgroup' | 'none';
  /** The text that the value was read from. */
  raw: string | undefined;
  /** Since when it is so, in milliseconds since the epoch. */
  since: number | undefined;
  environment: Reading | undefined;
  volume: Reading | undefined;
  /** Why the volume does not say it although a file of it could: that file, and the system's code (`EACCES`). */
  error: Unreadable | undefined;
  /** Which methods of the Downward API can carry it. */
  methods: { environment: boolean; volume: boolean };
};

export type Inputs = {
  env: Readonly<Record<string, string | undefined>>;
  files: Readonly<Record<string, string>>;
  unreadable?: readonly Unreadable[];
  divisors: Divisors;
};

/** Look up every field by both methods. */
export function readFields(inputs: Inputs): Field[] {
  return fieldSpecs.map((spec) => readField(spec, inputs));
}

function readField(spec: FieldSpec, { env, files, unreadable = [], divisors }: Inputs): Field {
  const environment = find(spec, spec.variables, env, divisors);
  const volume = find(spec, spec.files, files, divisors);
  const best = volume ?? environment;
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

function find(
  { kind }: FieldSpec,
  names: readonly string[],
  values: Readonly<Record<string, string | undefined>>,
  divisors: Divisors,
): Reading | undefined {
  // An absent label or annotation key reads as empty text, without an error: that is "not there".
  const name = names.find((candidate) => (values[candidate] ?? '') !== '');
  if (name === undefined) return undefined;
  const raw = values[name] ?? '';
  if (kind === 'cpu' || kind === 'bytes') {
    const [count, divisor] = [wholeNumber(raw), divisorOf(kind, name, divisors)];
    return { name, raw, value: count === undefined ? undefined : count * divisor, divisor };
  }
  if (kind === 'integer') return { name, raw, value: wholeNumber(raw) };
  return { name, raw, value: kind === 'list' ? raw.split(',') : raw };
}
