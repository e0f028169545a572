import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { decimalText } from './float-text.ts';
import { epochMilliseconds, finite } from './gate.ts';
import { parseQuantity } from './quantity.ts';
import { compileTime } from './time-text.ts';

/** The settings of how a text becomes a number; JSON, key-value, CSV and log sources share them. */
export const numberSettings = {
  scale: Type.Number({ default: 1, description: 'Factor for the value, such as 0.001 from ms to s.' }),
  map: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description:
        'Numbers for texts, such as `{ up: 1, down: 0 }`; `*` stands for every other text that is not a number.',
    }),
  ),
  valueFormat: oneOf(['number', 'time'], {
    default: 'number',
    description: 'Whether the value is a number, or a time that becomes seconds since the epoch.',
  }),
  kilobyte: Type.Unsafe<1000 | 1024>({
    type: 'integer',
    enum: [1000, 1024],
    default: 1000,
    description: 'Bytes of the unit `kB`; `MB` and `GB` are its powers. In `/proc` it is 1024.',
  }),
  timeFormat: Type.Optional(
    Type.String({
      description:
        'Format of times, such as `dd/MMM/yyyy:HH:mm:ss ZZZ`; by default ISO 8601, RFC 2822 or epoch numbers.',
    }),
  ),
  timeZone: Type.String({
    default: 'UTC',
    description: 'Time zone of times without one, such as `Europe/Berlin`.',
  }),
};

const numberSchema = Type.Object(numberSettings);
export type NumberConfig = Static<typeof numberSchema>;

/** A value of a source, except objects and lists. */
export type Scalar = boolean | number | bigint | string;
/** Reads a value as a number; undefined if it isn't one. */
export type NumberReader = (value: Scalar) => number | undefined;

/** Compile how values become numbers, scaled. @throws {PodkitError} ERR_TIME */
export function compileNumber(config: NumberConfig): NumberReader {
  const { scale } = config;
  // Compiled in any case, so that a wrong time zone is an error at load.
  const time = seconds(config);
  const read = config.valueFormat === 'time' ? time : plainNumber(config);
  const { map } = config;
  if (map === undefined) return scaled(read, scale);
  const numbers = new Map(Object.entries(map));
  const fallback = numbers.get('*');
  return scaled((value) => numbers.get(String(value)) ?? read(value) ?? fallback, scale);
}

/** The same for a metric of a type: the value of a counter is never below 0, and not NaN. @throws {PodkitError} ERR_TIME */
export function compileValue(config: NumberConfig & { type: string }): NumberReader {
  const read = compileNumber(config);
  if (config.type !== 'counter') return read;
  return (value) => {
    const number = read(value);
    return number !== undefined && number >= 0 ? number : undefined;
  };
}

function scaled(read: NumberReader, scale: number): NumberReader {
  if (scale === 1) return read;
  return (value) => {
    const number = read(value);
    if (number === undefined) return undefined;
    return Number.isFinite(number) ? finite(number * scale) : number * scale;
  };
}

function plainNumber({ kilobyte }: NumberConfig): NumberReader {
  return (value) => (typeof value === 'string' ? parseQuantity(value, kilobyte) : finite(Number(value)));
}

function seconds(config: NumberConfig): NumberReader {
  const read = compileMoment(config);
  return (value) => {
    const milliseconds = read(value);
    return milliseconds === undefined ? undefined : milliseconds / 1000;
  };
}

/** Compile how values become times, in milliseconds since the epoch. @throws {PodkitError} ERR_TIME */
export function compileMoment(config: Partial<Pick<NumberConfig, 'timeFormat' | 'timeZone'>>): NumberReader {
  const { timeFormat: format, timeZone: zone = 'UTC' } = config;
  const read = compileTime({ format, zone });
  return (value) => {
    const text = String(value).trim();
    return format === undefined && decimalText.test(text) ? epochMilliseconds(Number(text)) : read(text);
  };
}
