import { parseBytes } from '@podkit/chassis/config/bytes';
import { parseDuration } from '@podkit/chassis/config/duration';
import { type TProperties, Type } from 'typebox';

const durationPattern = '^(0|(\\d+(\\.\\d+)?(ns|us|µs|ms|s|m|h))+)$';
const sizePattern = '^\\d+(\\.\\d+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$';

type Options = { description: string; default?: string };

/** A duration such as `500ms` or `1m30s`; of plain numbers only 0 says what it means. */
export const durationText = (options: Options) =>
  Type.Unsafe<string | 0>({
    type: ['string', 'integer'],
    pattern: durationPattern,
    minimum: 0,
    maximum: 0,
    ...options,
  });

/** A size such as `64Ki`, or a number of bytes. */
export const sizeText = (options: Options) =>
  Type.Unsafe<string | number>({ type: ['string', 'integer'], pattern: sizePattern, minimum: 0, ...options });

/** A size that the schema accepts, in bytes. */
export const toBytes = (size: string | number): number => parseBytes(String(size));

/** A duration that the schema accepts, in milliseconds. */
export const toMilliseconds = (duration: string | 0): number => parseDuration(String(duration));

/** A part of a whole, from 0 to 1. */
export const probability = (description: string, fallback?: number) =>
  Type.Number({ minimum: 0, maximum: 1, description, ...(fallback === undefined ? {} : { default: fallback }) });

/** An object without other keys than these. */
export const strict = <Properties extends TProperties>(
  properties: Properties,
  options: { description?: string } = {},
) => Type.Object(properties, { additionalProperties: false, ...options });

/** The name of a store of the file. */
export const storeName = (description: string) => Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', description });
