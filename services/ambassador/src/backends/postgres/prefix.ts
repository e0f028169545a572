const lastCodePoint = 0x10ffff;

/**
 * The first text, by bytes of UTF-8, behind all that begin with this prefix; undefined where there is none.
 * Code points have the order of their bytes. Surrogates are left out: they are no text.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
