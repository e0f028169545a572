import { join } from 'node:path';
import { settingsInReadme, settingsOfSchema } from '@podkit/chassis/testing/readme-settings';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config.ts';

test('lists in its README the settings that it has', () => {
  const readme = join(import.meta.dirname, '..', 'README.md');
  expect(settingsInReadme(readme)).toEqual(settingsOfSchema(configSchema, 'DOWNWARD_'));
});
