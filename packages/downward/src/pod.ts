import { EventEmitter } from 'node:events';
import { coalesced } from './coalesced.ts';
import { type MapFile, parseMapFile } from './map-file.ts';
import type { Unreadable } from './read-tree.ts';
import { readVolume, type Snapshot, watchVolume } from './volume.ts';

export type PodOptions = {
  /** Where the Downward API volume is mounted. */
  directory?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds between polls where the file system raises no event. */
  poll?: number;
};

/**
 * The Pod that this program runs in: names from the environment, labels and annotations from the volume, kept current.
 * Emits `change` after the volume changed and `error` when it could not be read, which nobody has to listen for.
 */
export class Pod extends EventEmitter<{ change: []; error: [unknown] }> {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly node: string | undefined;
  readonly ip: string | undefined;
  readonly #directory: string;
  #snapshot: Snapshot | undefined;
  #text = '';
  readonly #stop: () => void;

  constructor({ directory = '/etc/podinfo', env = {}, poll = 5000 }: PodOptions) {
    super();
    this.name = env.POD_NAME;
    this.namespace = env.POD_NAMESPACE;
    this.node = env.NODE_NAME;
    this.ip = env.POD_IP;
    this.#directory = directory;
    this.#stop = watchVolume(directory, () => void this.refresh().catch((error: unknown) => this.#report(error)), {
      poll,
    });
  }

  get labels(): Record<string, string> {
    return this.#map('labels').values;
  }

  get annotations(): Record<string, string> {
    return this.#map('annotations').values;
  }

  /** Every file of the volume, as it is. */
  get files(): Readonly<Record<string, string>> {
    return this.#snapshot?.files ?? {};
  }

  /** Files of the volume that are not read now, with the reason; they are missing from the others. */
  get unreadable(): readonly Unreadable[] {
    return this.#snapshot?.unreadable ?? [];
  }

  /** Read the volume now. Calls that come while it is being read get one further read: the last state counts. */
  readonly refresh = coalesced(() => this.#read());

  async #read(): Promise<void> {
    const snapshot = await readVolume(this.#directory);
    const text = JSON.stringify([snapshot?.files, snapshot?.unreadable]);
    const changed = text !== this.#text;
    [this.#snapshot, this.#text] = [snapshot, text];
    if (changed) this.emit('change');
  }

  /** Stop following; the program can end. */
  close(): void {
    this.#stop();
  }

  /** An emitter ends the program where nobody listens for errors; not being able to read labels should not. */
  #report(error: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }

  #map(name: string): MapFile {
    return parseMapFile(this.files[name] ?? '');
  }
}

/** Read the own Pod and follow it: `const pod = await readPod({ env: process.env })`, `pod.on('change', …)`. */
export async function readPod(options: PodOptions = {}): Promise<Pod> {
  const pod = new Pod(options);
  await pod.refresh();
  return pod;
}
