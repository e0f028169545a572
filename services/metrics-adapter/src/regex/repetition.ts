import { PodkitError } from '@podkit/chassis/errors';
import type { Atom } from './go-syntax.ts';

/** V8's linear engine copies what is repeated, at most this many times, counted through nested repetitions. */
const mostCopies = 16;
/** Go's own limit of a repetition count. */
const mostRepetitions = 1000;
const longestSource = 65_536;

/**
 * Apply a quantifier to the last atom of `out`. A count above what V8's linear engine takes is written out in steps
 * (`x{40}` is `x{16}x{16}x{8}`), which matches the same and stays bounded.
 *
 * Raises `atom.factor` to what the atom weighs from now on.
 *
 * @throws {PodkitError} ERR_REGEX
 */
export function repeat(out: string, atom: Atom | undefined, quantifier: string): string {
  if (atom === undefined) throw new PodkitError('ERR_REGEX', `"${quantifier}" has nothing to repeat`);
  const count = /^\{(\d+)(,?)(\d*)\}(\??)$/.exec(quantifier);
  if (!count) return out + quantifier;
  const [low, high] = bounds(count);
  const step = Math.max(1, Math.floor(mostCopies / atom.factor));
  if (Math.max(low, high ?? 0) <= step) {
    atom.factor *= Math.max(1, low, high ?? 0);
    return out + quantifier;
  }
  if (atom.captures)
    throw new PodkitError('ERR_REGEX', `${quantifier} on a group that captures: at most ${step}; write (?:...)`);
  const [before, body, lazy] = [out.slice(0, atom.start), out.slice(atom.start), count[4] ?? ''];
  const written = before + writeOut(body, low, high, step, lazy);
  if (written.length > longestSource) throw new PodkitError('ERR_REGEX', `${quantifier}: too large when written out`);
  atom.factor *= step;
  return written;
}

function bounds([quantifier, least, comma, most]: RegExpExecArray): [number, number | undefined] {
  const low = Number(least);
  const high = comma === '' ? low : most === '' ? undefined : Number(most);
  if (low > mostRepetitions || (high ?? 0) > mostRepetitions)
    throw new PodkitError('ERR_REGEX', `${quantifier}: repetitions end at ${mostRepetitions}`);
  if (high !== undefined && high < low) throw new PodkitError('ERR_REGEX', `${quantifier}: the numbers are swapped`);
  return [low, high];
}

function writeOut(body: string, low: number, high: number | undefined, step: number, lazy: string): string {
  let source = '';
  for (let left = low; left > 0; left -= step) source += times(body, Math.min(left, step), '');
  if (high === undefined) return `${source}${body}*${lazy}`;
  for (let left = high - low; left > 0; left -= step) source += `${body}{0,${Math.min(left, step)}}${lazy}`;
  return source;
}

const times = (body: string, count: number, lazy: string) => (count === 1 ? body : `${body}{${count}}${lazy}`);
