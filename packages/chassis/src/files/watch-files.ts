import { type FSWatcher, type Stats, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export type WatchOptions = {
  /** Milliseconds of quiet after an event before the check; the kubelet swaps a volume in several steps. */
  debounce?: number;
  /** Milliseconds between checks where events don't come (NFS, gVisor, a directory that appears later). */
  poll?: number;
  /** Called after each check, changed or not. */
  onCheck?: () => void;
};

/**
 * Call `onChange` whenever one of the files has another content on disk, also when a kubelet swaps the `..data`
 * link of a ConfigMap, Secret or Downward API volume, and also when the file appears or vanishes.
 *
 * It watches the directories, not the files: a watch on a file goes silent after the first swap.
 * Returns the function that ends it. `onChange` is not called for the state found at the start.
 */
export function watchFiles(
  paths: readonly string[],
  onChange: () => void,
  { debounce = 20, poll = 5000, onCheck }: WatchOptions = {},
): () => void {
  const watchers = new Map<string, FSWatcher>();
  let seen: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const check = async () => {
    const now = (await Promise.all(paths.map(fingerprint))).join('\n');
    if (ended) return;
    const changed = seen !== undefined && now !== seen;
    seen = now;
    if (changed) onChange();
    onCheck?.();
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void check(), debounce);
  };
  const attach = () => {
    for (const directory of new Set(paths.map((path) => dirname(path)))) attachTo(watchers, directory, soon);
  };

  attach();
  void check();
  const interval = setInterval(() => {
    attach();
    void check();
  }, poll);
  interval.unref();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(interval);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function attachTo(watchers: Map<string, FSWatcher>, directory: string, onEvent: () => void): void {
  if (watchers.has(directory)) return;
  const drop = () => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };
  try {
    const watcher = watch(directory, { persistent: false }, onEvent);
    watchers.set(directory, watcher);
    watcher.on('error', drop);
  } catch {
    // The directory is not there (yet): the poll tries again.
  }
}

/** The state of a file, through links: inode, size and time of the last write. */
async function fingerprint(path: string): Promise<string> {
  const stats: Stats | undefined = await stat(path).catch(() => undefined);
  return stats === undefined ? 'missing' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}
