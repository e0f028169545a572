import { join } from 'node:path';
import { settingsInReadme, settingsOfSchema } from '@podkit/chassis/testing/readme-settings';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config.ts';

test('has the settings that the app has', () => {
  const readme = join(import.meta.dirname, '..', 'README.md');
  expect(settingsInReadme(readme)).toEqual(settingsOfSchema(configSchema, 'APP_'));
});
