import type { Lifecycle, LifecycleEvent, LifecycleState } from '@podkit/chassis/process/lifecycle';

export type TimelineKind = 'state' | 'hook' | 'signal' | 'chaos' | 'site' | 'settings' | 'shard';
export type TimelineEvent = { at: number; kind: TimelineKind; text: string; state?: LifecycleState };

const limit = 200;

/** Everything that happened to this process, in order: states of the lifecycle and what else is worth a mark. */
export class Timeline {
  readonly #events: TimelineEvent[] = [];
  readonly #listeners: (() => void)[] = [];

  constructor(lifecycle: Lifecycle) {
    for (const event of lifecycle.events) this.#addState(event);
    lifecycle.onChange((event) => this.#addState(event));
  }

  get events(): readonly TimelineEvent[] {
    return this.#events;
  }

  record(kind: TimelineKind, text: string): void {
    this.#add({ at: Date.now(), kind, text });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #addState({ at, state, reason }: LifecycleEvent): void {
    if (state === 'draining' && reason.startsWith('SIG')) this.#add({ at, kind: 'signal', text: reason });
    this.#add({ at, kind: 'state', text: `${state}: ${reason}`, state });
  }

  #add(event: TimelineEvent): void {
    this.#events.push(event);
    // The first one, the start, stays.
    if (this.#events.length > limit) this.#events.splice(1, 1);
    for (const listener of this.#listeners) listener();
  }
}
