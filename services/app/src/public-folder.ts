import { join } from 'node:path';

/** The folder of the app's own files. This module is beside main.ts, since the bundle puts every module there. */
export const publicFolder = join(import.meta.dirname, '..', 'public');
