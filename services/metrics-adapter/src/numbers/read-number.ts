import { type Static, Type } from 'typebox';
import { epochMilliseconds } from './gate.ts';
import { parseQuantity } from './quantity.ts';
import { compileTime } from './time-text.ts';

/** How a value of a source becomes a number: settings that JSON, keys and values, and CSV share. */
export const numberSettings = {
  scale: Type.Number({ default: 1, description: 'What the value is multiplied by, such as 0.001 from ms to s.' }),
  map: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description:
        'Numbers for texts, such as `{ up: 1, down: 0 }`; `*` is for any text that is neither there nor a number.',
    }),
  ),
  valueFormat: Type.Unsafe<'number' | 'time'>({
    type: 'string',
    enum: ['number', 'time'],
    default: 'number',
    description: 'What the value is: a number, or a time, which becomes seconds since the epoch.',
  }),
  kilobyte: Type.Unsafe<1000 | 1024>({
    type: 'integer',
    enum: [1000, 1024],
    default: 1000,
    description: 'Bytes of a `kB` behind a number, and by its powers of `MB`, `GB`; `/proc` means 1024.',
  }),
  timeFormat: Type.Optional(
    Type.String({
      description:
        'Format of times, such as `dd/MMM/yyyy:HH:mm:ss ZZZ`; ISO 8601, RFC 2822 and epoch numbers without it.',
    }),
  ),
  timeZone: Type.String({
    default: 'UTC',
    description: "Zone of times that don't name theirs, such as `Europe/Berlin`.",
  }),
};

const numberSchema = Type.Object(numberSettings);
export type NumberConfig = Static<typeof numberSchema>;

/** A value as a source has it, but for objects and lists. */
export type Scalar = boolean | number | bigint | string;
/** The number that a value stands for; undefined where it is none. */
export type NumberReader = (value: Scalar) => number | undefined;

/** Compile how values become numbers, scaled. @throws {PodkitError} ERR_TIME */
export function compileNumber(config: NumberConfig): NumberReader {
  const { scale } = config;
  // Compiled also where it isn't used, so that a bad zone is an error at load.
  const time = seconds(config);
  const read = config.valueFormat === 'time' ? time : plainNumber(config);
  const { map } = config;
  if (map === undefined) return scaled(read, scale);
  const numbers = new Map(Object.entries(map));
  const fallback = numbers.get('*');
  return scaled((value) => numbers.get(String(value)) ?? read(value) ?? fallback, scale);
}

function scaled(read: NumberReader, scale: number): NumberReader {
  if (scale === 1) return read;
  return (value) => {
    const number = read(value);
    return number === undefined ? undefined : number * scale;
  };
}

function plainNumber({ kilobyte }: NumberConfig): NumberReader {
  return (value) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? parseQuantity(value, kilobyte) : Number(value);
  };
}

function seconds(config: NumberConfig): NumberReader {
  const read = compileMoment(config);
  return (value) => {
    const milliseconds = read(value);
    return milliseconds === undefined ? undefined : milliseconds / 1000;
  };
}

/** Compile how values become times, in milliseconds since the epoch. @throws {PodkitError} ERR_TIME */
export function compileMoment({ timeFormat: format, timeZone: zone }: NumberConfig): NumberReader {
  const read = compileTime({ format, zone });
  return (value) => {
    if (format !== undefined) return read(String(value));
    const number = typeof value === 'string' ? epochText(value) : Number(value);
    return number === undefined ? read(String(value)) : epochMilliseconds(number);
  };
}

function epochText(text: string): number | undefined {
  return /^\s*-?\d{1,20}(?:\.\d{1,20})?\s*$/.test(text) ? Number(text) : undefined;
}
