import { settings } from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';
import { credentialSettings } from './credential-settings.ts';
import { processSettings } from './process-settings.ts';
import { repositorySettings } from './repository-settings.ts';

/** Every setting. Parsing, `--help`, `--man` and docs/reference all use this. */
export const schema = settings({ ...repositorySettings, ...credentialSettings, ...processSettings });

/** The values of all settings; durations are milliseconds. */
export type Options = Readonly<Static<typeof schema>>;

/** What the names of the variables begin with. */
export const variablePrefix = 'GITSYNC_';
