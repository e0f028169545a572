import { readFileSync } from 'node:fs';
import type { TObject } from 'typebox';
import { settingsTable } from '../src/config/help.ts';

/** The cells of a Markdown table, row by row, whatever the padding; a formatter may align them. */
function readCells(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .filter((line) => !/^\|[-| ]+\|$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The settings table that a README has between `<!-- settings -->` and `<!-- /settings -->`. */
export function readReadmeSettings(path: string): string[][] {
  const table = /<!-- settings -->\n([\s\S]*?)<!-- \/settings -->/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  return readCells(table);
}

/** The table that it ought to have, made from the schema. */
export function readSchemaSettings(schema: TObject, prefix: string): string[][] {
  return readCells(settingsTable(schema, prefix));
}
