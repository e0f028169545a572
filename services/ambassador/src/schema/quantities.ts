import { parseBytes } from '@podkit/chassis/config/bytes';
import { Type } from 'typebox';

type SizeOptions = { description: string; default?: string };

/** A size such as `64Ki`, or a number of bytes. Its value is bytes. */
export const size = (options: SizeOptions) =>
  Type.Unsafe<number>({
    type: ['string', 'integer'],
    pattern: '^\\d+(\\.\\d+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$',
    minimum: 0,
    parse: parseBytes,
    ...options,
  });

/** A part of a whole, from 0 to 1. */
export const probability = (description: string, fallback?: number) =>
  Type.Number({ minimum: 0, maximum: 1, description, ...(fallback === undefined ? {} : { default: fallback }) });

/** The name of a store of the file. */
export const storeName = (description: string) => Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', description });
