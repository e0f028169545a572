import { parseYaml } from '@podkit/chassis/config/yaml';
import type { Static, TSchema } from 'typebox';

/** The settings of a source as the adapter loads them, with defaults and milliseconds. */
export const parseSource = <Schema extends TSchema>(schema: Schema, written: object): Static<Schema> =>
  parseYaml(schema, JSON.stringify(written), 'test.yaml').value;
