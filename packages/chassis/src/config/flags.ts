import { parseArgs } from 'node:util';
import type { Flags } from './grammar.ts';
import { nearest } from './nearest.ts';
import type { Setting } from './setting.ts';

/**
 * Take `--name value`, `--name=value` and a bare `--name` for on/off settings from a command line.
 * A repeated flag overrides, except for lists, where it adds. `--` or the first other word ends the flags.
 */
export function readFlags(settings: readonly Setting[], argv: readonly string[], positionals: boolean): Flags {
  const byFlag = new Map(settings.map((setting) => [setting.flag, setting]));
  const found: Flags = { given: new Map(), positionals: [], errors: [] };
  for (const token of parseTokens(settings, argv)) {
    if (token.kind === 'option') readOption(token, byFlag, found);
    else if (positionals) {
      found.positionals = argv.slice(token.kind === 'positional' ? token.index : token.index + 1);
      break;
    } else if (token.kind === 'positional') found.errors.push(unknownFlag(token.value, []));
  }
  return found;
}

type Option = { rawName: string; value?: string | undefined };

function readOption({ rawName, value }: Option, byFlag: ReadonlyMap<string, Setting>, found: Flags): void {
  const setting = byFlag.get(rawName);
  if (setting === undefined) found.errors.push(unknownFlag(rawName, byFlag.keys()));
  else if (setting.annotation.kind === 'flag') put(found, setting, value ?? 'true');
  else if (value === undefined) found.errors.push(`${rawName}: needs a value`);
  else put(found, setting, value);
}

/** Not strict: the errors of `parseArgs` name one flag only, and no near one. */
function parseTokens(settings: readonly Setting[], argv: readonly string[]) {
  const options = settings.map(({ flag, annotation: { kind } }) => {
    const type = kind === 'flag' ? ('boolean' as const) : ('string' as const);
    return [flag.slice('--'.length), { type }] as const;
  });
  return parseArgs({ args: [...argv], options: Object.fromEntries(options), strict: false, tokens: true }).tokens;
}

function put({ given }: Flags, { key, flag, annotation }: Setting, text: string): void {
  const before = annotation.kind === 'list' ? (given.get(key)?.texts ?? []) : [];
  given.set(key, { name: flag, texts: [...before, text] });
}

function unknownFlag(name: string, flags: Iterable<string>): string {
  if (!name.startsWith('--')) return `${name}: unexpected; settings are given as --name=value`;
  const near = nearest(name, flags);
  return `${name}: no such flag${near === undefined ? '' : `; did you mean ${near}?`}`;
}
