import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a run keeps its files, laid out as the Pod's volumes are. */
export type Folders = {
  root: string;
  /** Repository and clone of the demo. */
  git: string;
  /** What git-sync writes and the app reads. */
  site: string;
  /** The simulated Downward API volume. */
  podinfo: string;
  /** Readiness file and markers, new at each start as an emptyDir is. */
  run: string;
  /** The app's own volume. */
  data: string;
  postgres: string;
  redis: string;
  config: string;
  secrets: string;
  tmp: string;
  /** Remove the temporary folders of this run. Synchronous, so that it also works while the process exits. */
  clean(): void;
};

/** The folders of a run: under `data` and kept, or temporary and removed at the end. */
export function createFolders(data: string | undefined): Folders {
  const root = data === undefined ? realpathSync(mkdtempSync(join(tmpdir(), 'podkit-'))) : resolve(data);
  const names = ['git', 'site', 'podinfo', 'run', 'data', 'postgres', 'redis', 'config', 'secrets', 'tmp'] as const;
  const at = (name: (typeof names)[number]) => join(root, name);
  const transient = [at('run'), at('tmp'), at('podinfo'), at('secrets')];
  removeAll(transient);
  for (const name of names) mkdirSync(at(name), { recursive: true });
  const clean = () => removeAll(data === undefined ? [root] : transient);
  const folders = Object.fromEntries(names.map((name) => [name, at(name)])) as Record<(typeof names)[number], string>;
  return { root, clean, ...folders };
}

function removeAll(paths: string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}
