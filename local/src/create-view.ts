import { PlainView } from './plain-view.ts';
import { TerminalView } from './terminal-view.ts';
import type { View } from './view.ts';

/** Lines in place on a terminal, plain lines anywhere else. */
export function createView(out: NodeJS.WriteStream, names: readonly string[]): View {
  const plain = new PlainView(out);
  return out.isTTY ? new TerminalView(out, names, plain) : plain;
}
