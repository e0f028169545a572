import type { ContainerState } from './container.ts';
import { PlainView } from './plain-view.ts';
import { TerminalView } from './terminal-view.ts';

/** What a person sees of a run. */
export type View = {
  /** A line that a container printed. */
  line(name: string, line: string): void;
  /** A container's state changed. */
  state(name: string, state: ContainerState, detail: string): void;
  /** All is ready; `lines` say where. */
  ready(seconds: number, lines: string[]): void;
  /** Something about the whole run. */
  note(text: string): void;
  /** Draw nothing more in place. */
  close(): void;
};

/** Lines in place on a terminal, plain lines anywhere else. */
export function createView(out: NodeJS.WriteStream, names: readonly string[]): View {
  const plain = new PlainView(out);
  return out.isTTY ? new TerminalView(out, names, plain) : plain;
}
