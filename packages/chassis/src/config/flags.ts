import { nearest } from './nearest.ts';
import type { Setting } from './setting.ts';

/** A command line taken apart: texts by setting key, words that are not flags, and what was wrong. */
export type Flags = { values: Map<string, string>; positionals: string[]; errors: string[] };

/**
 * Take `--name value`, `--name=value` and a bare `--name` for on/off settings from a command line.
 * A repeated flag overrides, except for lists, where it adds. `--` ends the flags.
 */
export function readFlags(settings: readonly Setting[], argv: readonly string[], positionals: boolean): Flags {
  const byFlag = new Map(settings.map((setting) => [setting.flag, setting]));
  const found: Flags = { values: new Map(), positionals: [], errors: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (positionals && (word === '--' || !word.startsWith('--'))) {
      found.positionals.push(...argv.slice(at));
      break;
    }
    const equals = word.indexOf('=');
    const name = equals === -1 ? word : word.slice(0, equals);
    const setting = byFlag.get(name);
    if (setting === undefined) {
      found.errors.push(unknownFlag(name, byFlag.keys()));
    } else if (equals !== -1) {
      put(found.values, setting, word.slice(equals + 1));
    } else if (setting.annotation.kind === 'flag') {
      put(found.values, setting, 'true');
    } else if (at + 1 < argv.length) {
      at += 1;
      put(found.values, setting, argv[at] ?? '');
    } else {
      found.errors.push(`${name}: needs a value`);
    }
  }
  return found;
}

function put(values: Map<string, string>, { key, annotation }: Setting, text: string): void {
  const before = annotation.kind === 'list' ? values.get(key) : undefined;
  values.set(key, before === undefined ? text : `${before},${text}`);
}

function unknownFlag(name: string, flags: Iterable<string>): string {
  if (!name.startsWith('--')) return `${name}: unexpected; settings are given as --name=value`;
  const near = nearest(name, flags);
  return `${name}: no such flag${near === undefined ? '' : `; did you mean ${near}?`}`;
}
