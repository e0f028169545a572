type TrieNode<Rule> = {
  literals: Map<string, TrieNode<Rule>>;
  star: TrieNode<Rule> | undefined;
  rule: Rule | undefined;
  /** Position of the rule in the file; the smaller one wins if order matters. */
  order: number;
  /** The smallest order in and below this node, so that a search can skip it. */
  best: number;
  /** Least and most number of parts after this node. */
  least: number;
  most: number;
};

export type GlobMatch<Rule> = { rule: Rule; order: number; captures: string[] };

type Search<Rule> = { parts: string[]; path: string[]; found: GlobMatch<Rule> | undefined };

/**
 * A trie of patterns of dot-separated parts, in which the part `*` stands for any one part. The time of a search depends
 * on the depth, not on the number of patterns.
 */
export class GlobTrie<Rule> {
  readonly #root: TrieNode<Rule> = newNode();
  readonly #ordered: boolean;

  /** With `ordered` the first added pattern that matches wins. Without it, at each part from the left a literal beats `*`. */
  constructor({ ordered }: { ordered: boolean }) {
    this.#ordered = ordered;
  }

  /** Add a pattern; of two equal ones the first stays. */
  add(pattern: string, order: number, rule: Rule): void {
    const parts = pattern.split('.');
    let node = this.#root;
    for (const [index, part] of parts.entries()) {
      node = child(node, part);
      const left = parts.length - index - 1;
      node.best = Math.min(node.best, order);
      node.least = Math.min(node.least, left);
      node.most = Math.max(node.most, left);
    }
    if (node.rule !== undefined) return;
    node.rule = rule;
    node.order = order;
  }

  /** The rule for a name, with the parts that each `*` matched, from the left. */
  find(name: string): GlobMatch<Rule> | undefined {
    const search: Search<Rule> = { parts: name.split('.'), path: [], found: undefined };
    this.#visit(this.#root, 0, search);
    return search.found;
  }

  #visit(node: TrieNode<Rule>, depth: number, search: Search<Rule>): void {
    const { parts, path, found } = search;
    if (depth === parts.length) {
      if (node.rule !== undefined && (found === undefined || node.order < found.order))
        search.found = { rule: node.rule, order: node.order, captures: [...path] };
      return;
    }
    const part = parts[depth] ?? '';
    const left = parts.length - depth - 1;
    const literal = node.literals.get(part);
    if (literal && this.#worthwhile(literal, left, search)) this.#visit(literal, depth + 1, search);
    if (!node.star || !this.#worthwhile(node.star, left, search)) return;
    path.push(part);
    this.#visit(node.star, depth + 1, search);
    path.pop();
  }

  #worthwhile(node: TrieNode<Rule>, left: number, { found }: Search<Rule>): boolean {
    if (left < node.least || left > node.most) return false;
    return found === undefined || (this.#ordered && node.best < found.order);
  }
}

function newNode<Rule>(): TrieNode<Rule> {
  return { literals: new Map(), star: undefined, rule: undefined, order: 0, best: Infinity, least: Infinity, most: 0 };
}

function child<Rule>(node: TrieNode<Rule>, part: string): TrieNode<Rule> {
  const existing = part === '*' ? node.star : node.literals.get(part);
  const next = existing ?? newNode<Rule>();
  if (existing) return next;
  if (part === '*') node.star = next;
  else node.literals.set(part, next);
  return next;
}
