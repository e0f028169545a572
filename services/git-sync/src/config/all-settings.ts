import { listSettings, type Setting } from '@podkit/chassis/config/setting';
import { prefix, schema } from './schema.ts';

/** All settings with the names by which they are set. */
export const allSettings: readonly Setting[] = listSettings(schema, prefix);
