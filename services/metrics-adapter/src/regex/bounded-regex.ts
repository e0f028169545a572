import { describeError, PodkitError } from '@podkit/chassis/errors';
import { RE2JS } from 're2js';

/** What a match found: at 0 the whole, at n the n-th group, undefined where it took no part. */
export type Captures = readonly (string | undefined)[];

/** A regular expression whose time is linear in the text, whatever the pattern and the text. */
export type Regex = {
  test(text: string): boolean;
  exec(text: string): Captures | null;
};

export type BoundedRegex = {
  regex: Regex;
  /** The name of each capture group from 1 on; '' where it has none. */
  groups: string[];
};

/**
 * Compile a regular expression of Go's syntax, https://pkg.go.dev/regexp/syntax. The engine never backtracks, so no
 * text, however hostile, makes it run away. With `whole` it must match the whole text.
 *
 * @throws {PodkitError} ERR_REGEX, naming the pattern and what is wrong with it
 */
export function compileRegex(pattern: string, { whole = false }: { whole?: boolean } = {}): BoundedRegex {
  try {
    // Compiled alone first, so that a bracket too many in it can't close the group around it.
    const alone = RE2JS.compile(pattern);
    const regex = whole ? RE2JS.compile(`\\A(?:${pattern})\\z`) : alone;
    const groups = Array.from({ length: regex.groupCount() }, () => '');
    for (const [name, place] of Object.entries(regex.namedGroups())) groups[place - 1] = name;
    return { regex, groups };
  } catch (cause) {
    const message = `regular expression ${JSON.stringify(pattern)}: ${describeError(cause)}`;
    throw new PodkitError('ERR_REGEX', message, { cause });
  }
}
