import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Timeline } from './timeline.ts';

export type HooksOptions = {
  lifecycle: Lifecycle;
  timeline: Timeline;
  /** Begin the drain, as SIGTERM does. */
  stop: (reason: string) => void;
};

/** The container's lifecycle hooks, as httpGet handlers call them. */
export class Hooks {
  readonly #options: HooksOptions;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: HooksOptions) {
    this.#options = options;
  }

  /** Drain, and resolve when the last request has been answered. The kubelet sends SIGTERM only after that. */
  async preStop(): Promise<void> {
    this.#options.timeline.record('hook', 'preStop called');
    this.#options.stop('preStop hook');
    await this.#drained.promise;
  }

  /** Resolves when the app has started. The kubelet reports the container as running only after that. */
  async postStart(): Promise<void> {
    const { lifecycle, timeline } = this.#options;
    timeline.record('hook', 'postStart called');
    if (lifecycle.state !== 'starting') return;
    await new Promise<void>((resolve) => {
      const end = lifecycle.onChange(() => {
        end();
        resolve();
      });
    });
  }

  /** Report that the public port is closed and every request is answered. */
  markDrained(): void {
    this.#drained.resolve();
  }
}
