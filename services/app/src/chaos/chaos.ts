import type { Probe } from '@podkit/chassis/http/health';

/** A control that is on. `until` is in milliseconds since the epoch. */
export type ActiveControl = { name: string; text: string; until: number };

/** Called when a control starts, with the time at which it ends at the latest, and when it has ended, without a time. */
export type ChaosListener = (text: string, control: { name: string; until?: number }) => void;

type Control = ActiveControl & { timer: NodeJS.Timeout; end: () => void };

/** The active faults. Each ends after its duration; setting it again replaces it. */
export class Chaos {
  readonly #controls = new Map<string, Control>();
  readonly #failNext = new Map<Probe, number>();
  readonly #onChange: ChaosListener;
  #delay = 0;
  #dropShare = 0;
  #hang: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(onChange: ChaosListener) {
    this.#onChange = onChange;
  }

  get active(): ActiveControl[] {
    return [...this.#controls.values()].map(({ name, text, until }) => ({ name, text, until }));
  }

  /** Milliseconds by which each response of the public port is delayed. */
  get delay(): number {
    return this.#delay;
  }

  /** Share of requests whose connection is cut, 0 to 1. */
  get dropShare(): number {
    return this.#dropShare;
  }

  /** Resolves when the hang ends; undefined while nothing hangs. */
  get hanging(): Promise<void> | undefined {
    return this.#hang?.promise;
  }

  /** Whether an active control affects requests to the public port. */
  get disturbs(): boolean {
    return this.#hang !== undefined || this.#delay > 0 || this.#dropShare > 0;
  }

  /** Whether a probe must fail now. */
  isFailing(probe: Probe): boolean {
    return (this.#failNext.get(probe) ?? 0) !== 0;
  }

  /** Count one failed call of a probe; after the last one its control ends. */
  consume(probe: Probe): void {
    const left = this.#failNext.get(probe) ?? 0;
    if (left <= 0) return;
    if (left === 1) return this.end(`fail-${probe}`);
    this.failNext(probe, left - 1, (this.#controls.get(`fail-${probe}`)?.until ?? 0) - Date.now(), true);
  }

  /** Fail the next `count` calls of a probe (-1: all), for at most `duration` milliseconds. */
  failNext(probe: Probe, count: number, duration: number, quiet = false): void {
    const text = count < 0 ? `fail every ${probe}` : `fail the next ${count} of ${probe}`;
    this.set(`fail-${probe}`, text, duration, () => this.#failNext.delete(probe), quiet);
    this.#failNext.set(probe, count);
  }

  hang(duration: number): void {
    this.set('hang', 'answer nothing', duration, () => {
      this.#hang?.resolve();
      this.#hang = undefined;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hang = { promise, resolve };
  }

  slowDown(delay: number, duration: number): void {
    this.set('latency', `answer ${delay} ms late`, duration, () => (this.#delay = 0));
    this.#delay = delay;
  }

  drop(share: number, duration: number): void {
    this.set('drop', `cut ${Math.round(share * 100)} % of the requests`, duration, () => (this.#dropShare = 0));
    this.#dropShare = share;
  }

  /** Turn a control on for `duration` milliseconds; `end` undoes it. */
  set(name: string, text: string, duration: number, end: () => unknown, quiet = false): void {
    this.end(name, true);
    const timer = setTimeout(() => this.end(name), duration);
    timer.unref();
    const until = Date.now() + duration;
    this.#controls.set(name, { name, text, until, timer, end });
    if (!quiet) this.#onChange(text, { name, until });
  }

  /** Turn a control off, if it is on. */
  end(name: string, quiet = false): void {
    const control = this.#controls.get(name);
    if (control === undefined) return;
    this.#controls.delete(name);
    clearTimeout(control.timer);
    control.end();
    if (!quiet) this.#onChange(`over: ${control.name}`, { name });
  }

  endAll(): void {
    for (const name of this.#controls.keys()) this.end(name);
  }
}
