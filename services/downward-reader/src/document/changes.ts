import type { Document } from './document.ts';

/** One value that changed: `labels.color` from green to blue. Undefined is "not there". */
export type Change = { name: string; before: string | undefined; after: string | undefined };

/** A change of the document, numbered from 1, with the moment it was seen (milliseconds since the epoch). */
export type ChangeEvent = { id: number; at: number; changes: Change[] };

/** What differs between two documents, by name. */
export function changesBetween(before: Document, after: Document): Change[] {
  const old = flatten(before);
  const now = flatten(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return names.flatMap((name) => {
    const change = { name, before: old.get(name), after: now.get(name) };
    return change.before === change.after ? [] : [change];
  });
}

/** Join two lists of changes. A value that is in both changed from its first `before` to its last `after`. */
export function joinChanges(earlier: readonly Change[], later: readonly Change[]): Change[] {
  const joined = new Map(earlier.map((change) => [change.name, change]));
  for (const change of later)
    joined.set(change.name, { ...change, before: (joined.get(change.name) ?? change).before });
  return [...joined.values()];
}

/** Raw texts, so that nothing that changed is lost in parsing. */
function flatten({ labels, annotations, files, resources, volume }: Document): Map<string, string> {
  const values = new Map<string, string>();
  for (const [prefix, map] of Object.entries({ labels, annotations })) {
    for (const [key, value] of Object.entries(map?.values ?? {})) values.set(`${prefix}.${key}`, value);
    for (const { line, raw } of map?.errors ?? []) values.set(`${prefix} line ${line}`, raw);
  }
  for (const [path, content] of Object.entries(files)) values.set(`files.${path}`, content);
  for (const { path, code } of volume.unreadable) values.set(`unreadable.${path}`, code);
  for (const [name, { cgroup }] of Object.entries(resources))
    if (cgroup !== undefined) values.set(`cgroup.${name}`, String(cgroup));
  return values;
}

const maxEvents = 1000;
const maxCharacters = 8 * 2 ** 20;

/** The newest events, for clients that come back and ask what they missed. The newest one is kept, however large. */
export class ChangeLog {
  readonly #events: ChangeEvent[] = [];
  #characters = 0;
  #last = 0;

  get last(): number {
    return this.#last;
  }

  add(changes: Change[], at: number): ChangeEvent {
    this.#last += 1;
    const event = { id: this.#last, at, changes };
    this.#events.push(event);
    this.#characters += countCharacters(event);
    while (this.#events.length > 1 && (this.#events.length > maxEvents || this.#characters > maxCharacters)) {
      const [oldest] = this.#events.splice(0, 1);
      this.#characters -= oldest === undefined ? 0 : countCharacters(oldest);
    }
    return event;
  }

  /** Events after `id`; undefined where some of them are forgotten, so that only the whole document helps. */
  since(id: number): ChangeEvent[] | undefined {
    const oldest = this.#events[0]?.id ?? this.#last + 1;
    if (id > this.#last || id < oldest - 1) return undefined;
    return this.#events.filter((event) => event.id > id);
  }
}

const countCharacters = ({ changes }: ChangeEvent): number =>
  changes.reduce((sum, { before = '', after = '' }) => sum + before.length + after.length, 0);
