import { listSettings, type Setting } from '@podkit/chassis/config/setting';
import { schema, variablePrefix } from './schema.ts';

/** All settings with the names by which they are set. */
export const allSettings: readonly Setting[] = listSettings(schema, variablePrefix);
