import { PlainView } from './plain-view.ts';
import { TerminalView } from './terminal-view.ts';
import type { View } from './view.ts';

/** Lines in place on a terminal whose size is known, plain lines anywhere else. */
export function createView(out: NodeJS.WriteStream, names: readonly string[]): View {
  const plain = new PlainView(out);
  const canDraw = out.isTTY && out.columns > 0 && out.rows > 0;
  return canDraw ? new TerminalView(out, names, plain) : plain;
}
