import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsTable } from '@podkit/chassis/config-help';
import { expect, it } from 'vitest';
import { configSchema } from '../src/config.ts';

/** Rows without the formatter's padding. */
const cells = (table: string): string[] =>
  table.split('\n').map((row) => row.replaceAll(/ +|-+/g, (run) => run[0] ?? '').replaceAll(/ ?\| ?/g, '|'));

it('has the settings that the app has', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const table = /<!-- settings -->\n+([\s\S]*?)\n+<!-- \/settings -->/.exec(readme)?.[1] ?? '';
  expect(cells(table)).toEqual(cells(settingsTable(configSchema, 'APP_').trim()));
});
