import { keyOfText } from './key.ts';
import type { Key } from './store.ts';

/**
 * Whether keys match a glob as Redis understands it: `*`, `?`, `[abc]`, `[a-z]`, `[^x]`, `\` before a character.
 * Never slower than the product of both lengths.
 */
export function globMatcher(pattern: string): (key: Key) => boolean {
  const parts = partsOf(keyOfText(pattern));
  return (key) => matches(parts, key);
}

type Part = 'any' | ((character: string) => boolean);

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*') {
      if (parts.at(-1) !== 'any') parts.push('any');
    } else if (character === '?') {
      parts.push(() => true);
    } else if (character === '[' && pattern.includes(']', at + 2)) {
      const end = pattern.indexOf(']', at + 2);
      parts.push(oneOf(pattern.slice(at + 1, end)));
      at = end;
    } else {
      if (character === '\\' && at + 1 < pattern.length) at += 1;
      const wanted = pattern[at] ?? '';
      parts.push((given) => given === wanted);
    }
  }
  return parts;
}

function oneOf(text: string): (character: string) => boolean {
  const negated = text.startsWith('^');
  const set = negated ? text.slice(1) : text;
  const ranges: [string, string][] = [];
  for (let at = 0; at < set.length; at += 1) {
    const [from = '', dash, to] = [set[at], set[at + 1], set[at + 2]];
    if (dash === '-' && to !== undefined) {
      ranges.push([from, to]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}

/** Greedy with one point of return, which is enough: an earlier star never has to take more once a later one matched. */
function matches(parts: readonly Part[], key: Key): boolean {
  let [at, part, star, resume] = [0, 0, -1, 0];
  while (at < key.length) {
    const now = parts[part];
    if (now === 'any') {
      [star, resume] = [part, at];
      part += 1;
    } else if (now?.(key[at] ?? '')) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      part = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === 'any');
}
