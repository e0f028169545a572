import { styleText } from 'node:util';
import type { ContainerState } from './container.ts';
import { eventLine } from './event-line.ts';
import type { View } from './view.ts';

type Style = Parameters<typeof styleText>[0];

const styles: Partial<Record<ContainerState, Style>> = { ready: 'green', 'not ready': 'yellow', restarting: 'red' };

/** One line for each thing that happens, coloured where the stream is a terminal that wants it (`NO_COLOR`). */
export class PlainView implements View {
  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  line(name: string, line: string): void {
    this.#write(eventLine(name, line));
  }

  state(name: string, state: ContainerState, detail: string): void {
    const words = detail === '' ? state : `${state}: ${detail}`;
    this.#write(eventLine(name, this.style(styles[state] ?? 'dim', words)));
  }

  ready(seconds: number, lines: string[]): void {
    this.#write(`${this.style(['bold', 'green'], `All ready after ${seconds.toFixed(1)} s`)}\n${lines.join('\n')}`);
  }

  note(text: string): void {
    this.#write(text);
  }

  close(): void {
    // Nothing is drawn in place.
  }

  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#out });
  }

  #write(text: string): void {
    this.#out.write(`${text}\n`);
  }
}
