import type { TObject, TSchema } from 'typebox';
import type { Annotation } from './settings.ts';

/** A setting of a schema with the names by which people set it. */
export type Setting = {
  key: string;
  env: string;
  flag: string;
  schema: TSchema;
  annotation: Annotation;
  required: boolean;
};

/** The settings of a schema with the names by which people set them. */
export function listSettings(schema: TObject, prefix: string): Setting[] {
  return Object.entries(schema.properties).map(([key, property]) => {
    const annotation = property as unknown as Annotation;
    const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
    return {
      key,
      env: annotation.env ?? prefix + words.toUpperCase(),
      flag: `--${words.toLowerCase().replaceAll('_', '-')}`,
      schema: property,
      annotation,
      required: (schema.required ?? []).includes(key) && !('default' in property),
    };
  });
}
