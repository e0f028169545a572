import { type TProperties, Type } from 'typebox';

const durationPattern = '^(0|(\\d+(\\.\\d+)?(ns|us|µs|ms|s|m|h))+)$';
const sizePattern = '^\\d+(\\.\\d+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$';

type Options = { description: string; default?: string };

/** A duration such as `500ms` or `1m30s`. */
export const durationText = (options: Options) => Type.String({ pattern: durationPattern, ...options });

/** A size such as `64Ki`. */
export const sizeText = (options: Options) => Type.String({ pattern: sizePattern, ...options });

/** An object without other keys than these. */
export const strict = <Properties extends TProperties>(
  properties: Properties,
  options: { description?: string } = {},
) => Type.Object(properties, { additionalProperties: false, ...options });

/** The name of a store of the file. */
export const storeName = (description: string) => Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', description });
