/** A text with references to captures. */
export type Template = {
  /** The index of the capture, if the text is one reference and nothing else. */
  readonly only: number | undefined;
  render(captures: readonly (string | undefined)[]): string;
};

const reference = /\$(?:(\$)|(\w+)|\{([^}]*)\})/g;

/** The names and numbers of a text's references. */
export function findReferences(text: string): string[] {
  return [...text.matchAll(reference)].flatMap(([, dollar, bare, braced]) => (dollar ? [] : [bare ?? braced ?? '']));
}

/**
 * Compile a text with references to captures, as Go's Regexp.Expand reads it (https://pkg.go.dev/regexp#Regexp.Expand):
 * `$1`, `${1}` and, for groups with names, `$name` and `${name}`; `$$` is a dollar. A bare reference takes the longest
 * run of word characters, so `$1_x` means the group `1_x`; what doesn't exist is empty. Capture 0 is the whole match.
 */
export function compileTemplate(text: string, groupNames: readonly string[] = []): Template {
  const literals: string[] = [];
  const indexes: number[] = [];
  let literal = '';
  let from = 0;
  for (const match of text.matchAll(reference)) {
    literal += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) {
      literal += '$';
    } else {
      literals.push(literal);
      literal = '';
      indexes.push(captureIndex(match[2] ?? match[3] ?? '', groupNames));
    }
  }
  literal += text.slice(from);
  const alone = indexes.length === 1 && literals[0] === '' && literal === '';
  return { only: alone ? indexes[0] : undefined, render: renderer(literals, indexes, literal) };
}

function renderer(literals: readonly string[], indexes: readonly number[], last: string): Template['render'] {
  if (indexes.length === 0) return () => last;
  return (captures) => {
    let result = '';
    for (let at = 0; at < indexes.length; at += 1) result += (literals[at] ?? '') + (captures[indexes[at] ?? -1] ?? '');
    return result + last;
  };
}

function captureIndex(name: string, groupNames: readonly string[]): number {
  const named = groupNames.indexOf(name);
  if (named !== -1) return named + 1;
  return /^\d+$/.test(name) ? Number(name) : -1;
}
