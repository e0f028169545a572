import type { Lifecycle, LifecycleEvent, LifecycleState } from '@podkit/chassis/process/lifecycle';
import { hour, Ring } from './ring.ts';

export type TimelineKind =
  | 'state'
  | 'hook'
  | 'signal'
  | 'chaos'
  | 'site'
  | 'settings'
  | 'labels'
  | 'restart'
  | 'container';
/** One event. `id` counts up from 1, `name` is its subject, and `until` is when a chaos control ends at the latest. */
export type TimelineEvent = {
  id: number;
  at: number;
  kind: TimelineKind;
  text: string;
  state?: LifecycleState;
  name?: string;
  until?: number;
};

/** The events of this process within the last hour. */
export class Timeline {
  readonly #ring = new Ring<TimelineEvent>({ size: 1000, maxAge: hour });
  readonly #states: TimelineEvent[] = [];
  readonly #listeners: (() => void)[] = [];
  #id = 0;

  constructor(lifecycle: Lifecycle) {
    for (const event of lifecycle.events) this.#addState(event);
    lifecycle.onChange((event) => this.#addState(event));
  }

  /** Oldest first. The start and the state at the beginning of the hour are included, even if they are older. */
  get events(): readonly TimelineEvent[] {
    const recent = this.#ring.items;
    const first = recent[0]?.at ?? Number.POSITIVE_INFINITY;
    const older = this.#states.filter(({ at, id }) => at <= first && !recent.some((event) => event.id === id));
    return [...new Set([...older.slice(0, 1), ...older.slice(-1)]), ...recent];
  }

  /** The events after the event `id`, oldest first. */
  since(id: number): TimelineEvent[] {
    return this.#ring.after((event) => event.id <= id);
  }

  record(kind: TimelineKind, text: string, subject: { name?: string; until?: number } = {}): void {
    this.#add({ at: Date.now(), kind, text, ...subject });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #addState({ at, state, reason }: LifecycleEvent): void {
    if (state === 'draining' && reason.startsWith('SIG')) this.#add({ at, kind: 'signal', text: reason });
    this.#states.push(this.#add({ at, kind: 'state', text: `${state}: ${reason}`, state }));
    // The first one is the start; it stays.
    if (this.#states.length > 200) this.#states.splice(1, 1);
  }

  #add(event: Omit<TimelineEvent, 'id'>): TimelineEvent {
    this.#id += 1;
    const added = { id: this.#id, ...event, text: event.text.slice(0, 500) };
    this.#ring.push(added);
    for (const listener of this.#listeners) listener();
    return added;
  }
}
