import { setFlagsFromString } from 'node:v8';
import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { translateGoRegex } from './go-syntax.ts';

export type BoundedRegex = {
  /** What was written in the configuration. */
  pattern: string;
  regex: RegExp;
  /** The name of each capture group from 1 on; '' where it has none. */
  groups: string[];
};

/**
 * Compile a regular expression of Go's syntax so that no text, however hostile, makes it run away: V8 gives up
 * backtracking after 50,000 steps and starts again in its linear engine, and a pattern which that engine can't
 * run (look-around, back references) is refused here. With `whole` it must match the whole text.
 *
 * @throws {PodkitError} ERR_REGEX, naming the pattern and what is wrong with it
 */
export function compileRegex(pattern: string, { whole = false }: { whole?: boolean } = {}): BoundedRegex {
  // Both are read when a RegExp is compiled; setting them again is free.
  setFlagsFromString('--enable-experimental-regexp-engine');
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  try {
    const { source, flags, groups } = translateGoRegex(pattern);
    const anchored = whole ? `^(?:${source})$` : source;
    // The flag `l` demands the linear engine: only a pattern it accepts can fall back to it.
    RegExp(anchored, `${flags}l`);
    return { pattern, regex: new RegExp(anchored, flags), groups };
  } catch (cause) {
    const why = cause instanceof PodkitError ? cause.message : linearFault(cause);
    throw new PodkitError('ERR_REGEX', `regular expression ${JSON.stringify(pattern)}: ${why}`, { cause });
  }
}

function linearFault(cause: unknown): string {
  return messageOf(cause).replace(/^Invalid regular expression: \/.*\/[a-z]*: /s, '');
}
