import { type TObjectOptions, type TProperties, Type } from 'typebox';

/** The schema of an object without other keys than these. */
export const strict = <Properties extends TProperties>(properties: Properties, options: TObjectOptions = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });
