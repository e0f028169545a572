import { commandGroups, type KeyLayout } from './table-data.ts';

/** The facts about a command, from Redis' COMMAND table. */
export type CommandSpec = {
  /** Lower case. */
  name: string;
  /** Number of words with the name; a negative one is the least. */
  arity: number;
  keys: KeyLayout;
  write: boolean;
  /** It may block, so it needs a connection of its own. */
  blocking: boolean;
  /** Its only key is at position 1: the most frequent case, which is kept fast. */
  single: boolean;
};

/** Finds commands by their name, in any case. */
export class CommandTable<Spec extends CommandSpec> {
  readonly #specs = new Map<string, Spec>();
  readonly #longest: number;

  constructor(specs: Iterable<Spec>) {
    // As most clients write them, so that most names need no change of case.
    for (const spec of specs) this.#specs.set(spec.name, spec).set(spec.name.toUpperCase(), spec);
    this.#longest = Math.max(...[...this.#specs.keys()].map((name) => name.length));
  }

  find(buffer: Buffer, start: number, end: number): Spec | undefined {
    // A client may send megabytes as the name.
    if (end - start > this.#longest) return undefined;
    const name = buffer.toString('latin1', start, end);
    return this.#specs.get(name) ?? this.#specs.get(name.toLowerCase());
  }
}

/** Every command that this endpoint knows, including those that it only passes on. */
export const allCommands = (): CommandSpec[] =>
  commandGroups.flatMap(({ write, blocking = false, keys, commands }) => {
    const single = keys.kind === 'range' && keys.first === 1 && keys.last === 1;
    return commands.split(/\s+/).map((entry) => {
      const [name = '', arity] = entry.split(':');
      return { name, arity: Number(arity), keys, write, blocking, single };
    });
  });
