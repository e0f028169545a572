import type { KeyLayout } from './key-layout.ts';
import { keyed, movable } from './table-data.ts';

/** What is known of a command, from Redis' COMMAND table. */
export type CommandSpec = {
  /** Lower case. */
  name: string;
  /** Number of words with the name; a negative one is the least. */
  arity: number;
  keys: KeyLayout;
  write: boolean;
  /** It may wait for another client, so it needs a connection of its own. */
  blocking: boolean;
  /** Its one key stands at position 1: the case that is worth being fast. */
  single: boolean;
};

/** Finds commands by the bytes of their name, in any case, without making a string. */
export class CommandTable<Spec extends CommandSpec> {
  readonly #buckets = new Map<number, Spec[]>();

  constructor(specs: Iterable<Spec>) {
    for (const spec of specs) {
      const name = Buffer.from(spec.name);
      const hash = hashName(name, 0, name.length);
      this.#buckets.set(hash, [...(this.#buckets.get(hash) ?? []), spec]);
    }
  }

  find(buffer: Buffer, start: number, end: number): Spec | undefined {
    const bucket = this.#buckets.get(hashName(buffer, start, end));
    if (bucket === undefined) return undefined;
    for (const spec of bucket) if (sameName(spec.name, buffer, start, end)) return spec;
    return undefined;
  }
}

function hashName(buffer: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + ((buffer[at] ?? 0) | 32)) | 0;
  return hash;
}

function sameName(name: string, buffer: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at += 1) {
    const byte = buffer[start + at] ?? 0;
    const lower = byte >= 65 && byte <= 90 ? byte | 32 : byte;
    if (name.charCodeAt(at) !== lower) return false;
  }
  return true;
}

/** Every command this endpoint knows, those it serves itself and those it only passes on. */
export function allCommands(): CommandSpec[] {
  return [...keyed.flatMap(expand), ...movable.map(expandMovable)];
}

function expand({ write, first, last, step, blocking = false, commands }: (typeof keyed)[number]): CommandSpec[] {
  const keys: KeyLayout = first === 0 ? { kind: 'none' } : { kind: 'range', first, last, step };
  const single = first === 1 && last === 1;
  return commands.split(/\s+/).map((entry) => {
    const [name = '', arity] = entry.split(':');
    return { name, arity: Number(arity), keys, write, blocking, single };
  });
}

function expandMovable({ name, arity, keys, write, blocking = false }: (typeof movable)[number]): CommandSpec {
  return { name, arity, keys, write, blocking, single: false };
}
