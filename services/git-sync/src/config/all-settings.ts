import { type Setting, settingsOf } from '@podkit/chassis/config/setting';
import { prefix, schema } from './schema.ts';

/** All settings with the names by which they are set. */
export const allSettings: readonly Setting[] = settingsOf(schema, prefix);
