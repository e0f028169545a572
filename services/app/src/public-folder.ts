import { join } from 'node:path';

/** The files that the app serves of its own. Here and not deeper: the bundle's modules are all in this folder. */
export const publicFolder = join(import.meta.dirname, '..', 'public');
