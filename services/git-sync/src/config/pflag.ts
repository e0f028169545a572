import type { Kind } from '@podkit/chassis/config/settings';

/** A flag that may be given. The name includes the dashes; one of kind `flag` takes no separate value. */
export type Flag = { name: string; kind: Kind; shorthand?: string };

/** A flag on the command line, and its value; an on/off flag without one has the text `true`. */
export type Found = { flag: Flag; text: string; written: string };

export type FoundFlags = { found: Found[]; extra: string[]; problems: string[] };

/**
 * Parse a command line by the rules of Go's pflag: `--name=value`, `--name value`, `-n value`, `-nvalue`,
 * `-n=value`; an on/off flag takes a value only after `=`; `--` ends the flags; names are never abbreviated.
 * Source: https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax
 */
export function readCommandLine(flags: readonly Flag[], argv: readonly string[]): FoundFlags {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const byLetter = new Map(flags.flatMap((flag) => (flag.shorthand === undefined ? [] : [[flag.shorthand, flag]])));
  const result: FoundFlags = { found: [], extra: [], problems: [] };
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      result.extra.push(...rest);
      break;
    }
    if (word.startsWith('--')) readLong(word, byName, rest, result);
    else if (word.startsWith('-') && word !== '-') readShort(word, byLetter, rest, result);
    else result.extra.push(word);
  }
  return result;
}

function readLong(word: string, byName: Map<string, Flag>, rest: string[], result: FoundFlags): void {
  const equals = word.indexOf('=');
  const written = equals === -1 ? word : word.slice(0, equals);
  const flag = byName.get(written);
  if (flag === undefined) result.problems.push(`unknown flag: ${written}`);
  else if (equals !== -1) result.found.push({ flag, text: word.slice(equals + 1), written });
  else take(flag, written, rest, result);
}

/** Several letters may share a dash; only the last may take a value: `-hv6`. */
function readShort(word: string, byLetter: Map<string, Flag>, rest: string[], result: FoundFlags): void {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.slice(at, at + 1);
    const flag = byLetter.get(letter);
    if (flag === undefined) {
      result.problems.push(`unknown shorthand flag: '${letter}' in ${word}`);
      return;
    }
    const after = word.slice(at + 1);
    const written = `-${letter}`;
    if (after.startsWith('=')) result.found.push({ flag, text: after.slice(1), written });
    else if (flag.kind === 'flag') {
      result.found.push({ flag, text: 'true', written });
      continue;
    } else if (after !== '') result.found.push({ flag, text: after, written });
    else take(flag, written, rest, result);
    return;
  }
}

function take(flag: Flag, written: string, rest: string[], result: FoundFlags): void {
  if (flag.kind === 'flag') {
    result.found.push({ flag, text: 'true', written });
    return;
  }
  const text = rest.shift();
  if (text === undefined) result.problems.push(`flag needs an argument: ${written}`);
  else result.found.push({ flag, text, written });
}
