import { join } from 'node:path';

/** The app's own files. The path is made here, since in the bundle every module is in the folder of main.ts. */
export const publicFolder = join(import.meta.dirname, '..', 'public');
