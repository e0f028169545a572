import { duration, port, settings, sharedSettings, text } from '@podkit/chassis/settings';
import type { Static } from 'typebox';

/** Every setting of the downward-reader; the README's table is made from it. */
export const configSchema = settings({
  ...sharedSettings,
  port: port({ env: 'PORT', default: 8090, description: 'Port of everything.' }),
  dir: text({ default: '/etc/podinfo', description: 'Where the Downward API volume is mounted.' }),
  poll: duration({ default: '5s', minimum: 100, description: 'Time between looks where swaps are not told.' }),
});

export type Config = Static<typeof configSchema>;
