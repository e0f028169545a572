import type { ContainerState } from './container.ts';

/** Shows the state of a run. */
export type View = {
  /** A line that a container printed. */
  line(name: string, line: string): void;
  /** A container's state changed. */
  state(name: string, state: ContainerState, detail: string): void;
  /** All containers are ready; `lines` are the URLs. */
  ready(seconds: number, lines: string[]): void;
  /** Something about the whole run. */
  note(text: string): void;
  /** Draw nothing more in place. */
  close(): void;
};
