import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, getErrorCode } from '@podkit/chassis/errors';
import { watchFiles } from '@podkit/chassis/files/watch-files';

/** A setting that may change while the app runs, in a file of this name in one of the mounted folders. */
type LiveSetting = { file: string; secret: boolean; accepts: (text: string) => boolean; expected: string };

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
const token = { secret: true, accepts: (text: string) => text !== '', expected: 'a text that is not empty' };
const catalogue = {
  logLevel: {
    file: 'log-level',
    secret: false,
    accepts: (text) => levels.includes(text),
    expected: `one of ${levels.join(', ')}`,
  },
  banner: { file: 'banner', secret: false, accepts: (text) => text.length <= 500, expected: 'at most 500 characters' },
  chaosToken: { file: 'chaos-token', ...token },
  ambassadorToken: { file: 'ambassador-token', ...token },
} as const satisfies Record<string, LiveSetting>;

export type LiveName = keyof typeof catalogue;
export type LiveValues = Partial<Record<LiveName, string>>;
export type ShownSetting = {
  name: LiveName;
  value: string;
  secret: boolean;
  source: 'configuration' | 'file';
  changedAt: number;
};

export type LiveSettingsOptions = {
  /** Mounted ConfigMaps and Secrets. If several have the same file, the last one counts. */
  folders: readonly string[];
  /** The values of settings without a file. */
  defaults: LiveValues;
  /** Called on each change of a value, with its name only: it may be a secret. */
  onChange: (name: LiveName) => void;
  /** Called for an invalid or unreadable file; the previous value stays. */
  onError: (name: LiveName, why: string) => void;
};

const names = Object.keys(catalogue) as LiveName[];

/** Settings from mounted files, which are reloaded when the kubelet swaps them. */
export class LiveSettings {
  readonly #options: LiveSettingsOptions;
  readonly #values = new Map<LiveName, { value: string | undefined; fromFile: boolean; changedAt: number }>();
  #stop: () => void = () => undefined;
  #lastRead: Promise<void> = Promise.resolve();

  constructor(options: LiveSettingsOptions) {
    this.#options = options;
    for (const name of names)
      this.#values.set(name, { value: options.defaults[name], fromFile: false, changedAt: Date.now() });
  }

  get(name: LiveName): string | undefined {
    return this.#values.get(name)?.value;
  }

  /** Read the files, and from then on whenever one changes. */
  async start(): Promise<void> {
    const paths = names.flatMap((name) => this.#options.folders.map((folder) => join(folder, catalogue[name].file)));
    if (paths.length > 0) this.#stop = watchFiles(paths, () => void this.read());
    await this.read();
  }

  stop(): void {
    this.#stop();
  }

  /** Read all files, after all earlier reads, so that an older read never overwrites a newer one. */
  read(): Promise<void> {
    this.#lastRead = this.#lastRead.then(() => this.#readAll());
    return this.#lastRead;
  }

  /** Read all files first, then apply all values at once, so that the new banner never appears with the old token. */
  async #readAll(): Promise<void> {
    const results = await Promise.allSettled(names.map((name) => this.#readFile(name)));
    for (const [index, result] of results.entries()) {
      const name = names[index] as LiveName;
      if (result.status === 'rejected') this.#options.onError(name, describeError(result.reason));
      else if (result.value === undefined || catalogue[name].accepts(result.value)) this.#put(name, result.value);
      else this.#options.onError(name, `expected ${catalogue[name].expected}`);
    }
  }

  /** All settings as the console shows them: secrets as dots. */
  shown(): ShownSetting[] {
    return names.flatMap((name) => {
      const { value, fromFile, changedAt } = this.#values.get(name) ?? {};
      if (value === undefined) return [];
      const { secret } = catalogue[name];
      const source = fromFile ? 'file' : 'configuration';
      return [{ name, value: secret ? '••••' : value, secret, source, changedAt: changedAt ?? 0 } as const];
    });
  }

  #put(name: LiveName, fileText: string | undefined): void {
    const value = fileText ?? this.#options.defaults[name];
    const changed = this.#values.get(name)?.value !== value;
    const changedAt = changed ? Date.now() : (this.#values.get(name)?.changedAt ?? 0);
    this.#values.set(name, { value, fromFile: fileText !== undefined, changedAt });
    if (changed) this.#options.onChange(name);
  }

  async #readFile(name: LiveName): Promise<string | undefined> {
    for (const folder of this.#options.folders.toReversed()) {
      try {
        return (await readFile(join(folder, catalogue[name].file), 'utf8')).replace(/\r?\n$/, '');
      } catch (error) {
        if (getErrorCode(error) !== 'ENOENT') throw error;
      }
    }
    return undefined;
  }
}
