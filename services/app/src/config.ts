import { settings, sharedSettings } from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';
import { dataSettings } from './config/data.ts';
import { healthSettings } from './config/health.ts';
import { reportingSettings } from './config/reporting.ts';
import { trafficSettings } from './config/traffic.ts';

/** Every setting of the app. */
export const configSchema = settings({
  ...sharedSettings,
  ...trafficSettings,
  ...healthSettings,
  ...dataSettings,
  ...reportingSettings,
});

export type Config = Static<typeof configSchema>;
