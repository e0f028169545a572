import type { LineOrigin, Mark } from './open-file.ts';
import { readPodPath } from './pod-path.ts';

/** The parts of a record without its last one. */
type Unfinished = { parts: string[]; length: number; origin: LineOrigin; mark: Mark | undefined };
/** By stream and path, so that a record can span a rotation. */
export type UnfinishedRecords = Map<string, Unfinished>;

export type CriLinesOptions = {
  /** Maximum length of a record; the rest of a longer record is dropped. */
  maxLength: number;
  /** The records that an earlier reader of the same files left. */
  unfinished?: UnfinishedRecords | undefined;
  onLine: (line: string, origin: LineOrigin, mark: Mark | undefined) => void;
  /** A line that no container runtime wrote. */
  onMalformed: (line: string, origin: LineOrigin, mark: Mark | undefined) => void;
  onCut: (path: string) => void;
};

/**
 * Parses the lines of a container runtime, `time stream tags text`, and joins the parts of a record (tag P, the last one
 * F) for each stream of each file.
 * https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export class CriLines {
  readonly #options: CriLinesOptions;
  readonly unfinished: UnfinishedRecords;
  readonly #origins = new WeakMap<LineOrigin, Map<string, StreamOrigin>>();

  constructor(options: CriLinesOptions) {
    this.#options = options;
    this.unfinished = options.unfinished ?? new Map();
  }

  line(line: string, from: LineOrigin, path: string, mark: Mark | undefined): void {
    const [, time = '', stream = '', tag, text = ''] =
      /^(\S{20,40}) (stdout|stderr) ([FP])(?::\S*)?(?: (.*))?$/s.exec(line) ?? [];
    if (tag === undefined) return this.#options.onMalformed(line, from, mark);
    const key = `${stream} ${path}`;
    const earlier = this.unfinished.get(key);
    const record = earlier ?? { parts: [], length: 0, origin: this.#origin(from, path, stream, time), mark };
    record.mark = mark;
    this.#append(record, text, path);
    if (tag === 'P') this.unfinished.set(key, record);
    else this.#handOver(key, record);
    return undefined;
  }

  /** Pass on the unfinished records of one file, or of all, when no more parts can follow. */
  flush(path?: string): void {
    for (const [key, record] of this.unfinished)
      if (path === undefined || key.endsWith(` ${path}`)) this.#handOver(key, record);
  }

  #append(record: Unfinished, text: string, path: string): void {
    const room = this.#options.maxLength - record.length;
    if (room <= 0 || text === '') return;
    if (text.length > room) this.#options.onCut(path);
    const kept = text.length > room ? text.slice(0, room).toWellFormed() : text;
    record.parts.push(kept);
    record.length += text.length;
  }

  #handOver(key: string, { parts, origin, mark }: Unfinished): void {
    this.unfinished.delete(key);
    // While a record of the other stream is unfinished, no position after its parts may be saved.
    const settled = mark === undefined || !this.#isUnfinished(mark.path);
    this.#options.onLine(parts.join(''), origin, settled ? mark : { ...mark, position: undefined });
  }

  #isUnfinished(path: string): boolean {
    return this.unfinished.has(`stdout ${path}`) || this.unfinished.has(`stderr ${path}`);
  }

  #origin(file: LineOrigin, path: string, stream: string, time: string): StreamOrigin {
    const streams = this.#origins.get(file) ?? new Map<string, StreamOrigin>();
    this.#origins.set(file, streams);
    const origin = streams.get(stream) ?? new StreamOrigin(readPodPath(path), stream);
    streams.set(stream, origin);
    origin.time = time;
    return origin;
  }
}

/** One stream of a container's log. */
class StreamOrigin implements LineOrigin {
  /** Always false: a file may begin in the middle of the container's output. */
  readonly atStart = false;
  readonly #fields: readonly string[];
  /** The time of the current record. */
  time = '';

  constructor(pod: readonly string[], stream: string) {
    this.#fields = [...pod, stream];
  }

  get kubernetes(): readonly string[] {
    return [...this.#fields, this.time];
  }
}
