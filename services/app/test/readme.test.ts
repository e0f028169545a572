import { join } from 'node:path';
import { readReadmeSettings, readSchemaSettings } from '@podkit/chassis/testing/readme-settings';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config.ts';

test('has the settings that the app has', () => {
  const readme = join(import.meta.dirname, '..', 'README.md');
  expect(readReadmeSettings(readme)).toEqual(readSchemaSettings(configSchema, 'APP_'));
});
