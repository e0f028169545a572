import type { TObject } from 'typebox';
import { listSettings, type Setting } from './setting.ts';
import { describeAccepted } from './setting-text.ts';

/** What `--help` prints: every setting with its flag, variable, default and meaning. */
export function helpText(name: string, summary: string, schema: TObject, prefix: string): string {
  const entries = listSettings(schema, prefix).map((setting) => {
    const hint = `${describeAccepted(setting.annotation.kind, setting.schema)}; ${describeDefault(setting)}`;
    return `  ${setting.flag}, ${setting.env}\n      ${setting.annotation.description}\n      (${hint})`;
  });
  const footer = 'Any variable NAME can be read from a file with NAME_FILE. A flag beats a variable.';
  return `${name}: ${summary}\n\nSettings:\n${entries.join('\n')}\n  --help\n      Print this.\n\n${footer}\n`;
}

/** The same settings as a Markdown table, for docs/reference. */
export function settingsTable(schema: TObject, prefix: string): string {
  const rows = listSettings(schema, prefix).map((setting) => {
    const accepts = describeAccepted(setting.annotation.kind, setting.schema).replaceAll('|', '\\|');
    const fallback = describeDefault(setting).replace(/^default (.*)$/, '`$1`');
    const cells = [`\`${setting.env}\``, `\`${setting.flag}\``, fallback, accepts, setting.annotation.description];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| variable | flag | default | accepts | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}

function describeDefault({ annotation, required }: Setting): string {
  if (annotation.defaultText !== undefined && annotation.defaultText !== '') return `default ${annotation.defaultText}`;
  return required ? 'required' : 'not set';
}
