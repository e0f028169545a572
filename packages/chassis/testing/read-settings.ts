import type { TObject } from 'typebox';
import { settingsTable } from '../src/config/help.ts';

/** The cells of the Markdown table of settings, row by row, without the head. */
export function readSettings(schema: TObject, prefix: string): string[][] {
  const [, , ...rows] = settingsTable(schema, prefix).split('\n');
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
