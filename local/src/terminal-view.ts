import { createLogUpdate } from 'log-update';
import type { ContainerState } from './container.ts';
import { eventLine, isWarning } from './event-line.ts';
import type { PlainView } from './plain-view.ts';
import type { View } from './view.ts';

type Row = { state: ContainerState; detail: string; since: number; took: number | undefined };

const marks: Partial<Record<ContainerState, string>> = { waiting: '·', ready: '✔', restarting: '✖', 'not ready': '!' };
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const tick = 100;

/**
 * A list that is drawn again in place, a line for each container, until all are ready; plain lines after that. While
 * the list is there, only warnings and errors of the containers are shown, above it.
 */
export class TerminalView implements View {
  readonly #plain: PlainView;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #rows: Map<string, Row>;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  #open = true;

  constructor(out: NodeJS.WriteStream, names: readonly string[], plain: PlainView) {
    this.#plain = plain;
    this.#update = createLogUpdate(out);
    this.#rows = new Map(
      names.map((name) => [name, { state: 'waiting', detail: '', since: this.#began, took: undefined }]),
    );
    this.#timer = setInterval(() => this.#draw(), tick);
    this.#draw();
  }

  line(name: string, line: string): void {
    if (!this.#open) return this.#plain.line(name, line);
    if (isWarning(line)) this.#above(eventLine(name, line));
  }

  state(name: string, state: ContainerState, detail: string): void {
    if (!this.#open) return this.#plain.state(name, state, detail);
    const now = performance.now();
    const row = this.#rows.get(name);
    // The time counts from the first start to the moment when it is ready.
    const since = row === undefined || row.state === 'waiting' ? now : row.since;
    this.#rows.set(name, { state, detail, since, took: state === 'ready' ? now - since : undefined });
    if (state === 'restarting') this.#above(eventLine(name, this.#plain.style('red', detail)));
    this.#draw();
  }

  ready(seconds: number, lines: string[]): void {
    this.close();
    this.#plain.ready(seconds, lines);
  }

  note(text: string): void {
    this.#above(text);
  }

  close(): void {
    if (!this.#open) return;
    this.#draw();
    this.#open = false;
    clearInterval(this.#timer);
    this.#update.done();
  }

  #above(text: string): void {
    if (!this.#open) return this.#plain.note(text);
    this.#update.persist(text);
    this.#draw();
  }

  #draw(): void {
    if (!this.#open) return;
    const now = performance.now();
    const width = Math.max(...[...this.#rows.keys()].map(({ length }) => length));
    const rows = [...this.#rows].map(([name, row]) => this.#row(name.padEnd(width), row, now));
    const title = `podkit is starting  ${seconds(now - this.#began)}`;
    this.#update([this.#plain.style('bold', title), ...rows].join('\n'));
  }

  #row(name: string, { state, detail, since, took }: Row, now: number): string {
    const mark = marks[state] ?? frames[Math.floor(now / tick) % frames.length] ?? '';
    const style = state === 'ready' ? 'green' : state === 'restarting' ? 'red' : state === 'waiting' ? 'dim' : 'yellow';
    const time = state === 'waiting' ? '' : seconds(took ?? now - since);
    const words = `${mark} ${name}  ${state.padEnd(10)}  ${time.padStart(7)}${detail === '' ? '' : `  ${detail}`}`;
    return `  ${this.#plain.style(style, words)}`;
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
