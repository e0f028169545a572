/**
 * Compile a text with references to captures, as Go's Regexp.Expand reads it (https://pkg.go.dev/regexp#Regexp.Expand):
 * `$1`, `${1}` and, where the groups have names, `$name`; `$$` is a dollar. A reference takes the longest run of word
 * characters, so `$1_x` means the group `1_x`; what doesn't exist is empty. Capture 0 is the whole match.
 */
export function compileTemplate(
  text: string,
  groupNames: readonly string[] = [],
): (captures: readonly string[]) => string {
  const literals: string[] = [];
  const references: number[] = [];
  let literal = '';
  let from = 0;
  for (const match of text.matchAll(/\$(?:(\$)|(\w+)|\{(\w+)\})/g)) {
    literal += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) {
      literal += '$';
    } else {
      literals.push(literal);
      literal = '';
      references.push(captureIndex(match[2] ?? match[3] ?? '', groupNames));
    }
  }
  literal += text.slice(from);
  if (references.length === 0) return () => literal;
  return (captures) => {
    let result = '';
    for (const [index, reference] of references.entries())
      result += (literals[index] ?? '') + (captures[reference] ?? '');
    return result + literal;
  };
}

function captureIndex(reference: string, groupNames: readonly string[]): number {
  if (/^\d+$/.test(reference)) return Number(reference);
  const named = groupNames.indexOf(reference);
  return named === -1 ? -1 : named + 1;
}
