import { HttpClient } from '../fetch/client.ts';
import { withDefaults } from '../fetch/headers.ts';
import type { Family } from '../series/family.ts';
import { Snapshot } from '../series/snapshot.ts';
import type { SeriesLimits } from '../series/store.ts';
import { type BodyTemplate, compileBodyTemplate, type Parameters } from './body-template.ts';
import type { JsonReader } from './json-metrics.ts';
import type { ModuleConfig } from './module-config.ts';
import { compileModuleMetrics } from './module-metrics.ts';
import { parseJson } from './parse.ts';
import type { OnBadValue } from './writers/writer.ts';

export type ModuleRequest = {
  url: string;
  parameters: Parameters;
  maxBytes: number;
  signal: AbortSignal;
  /** Whether a redirect to a URL is allowed. */
  allows?: (url: URL) => boolean;
};

/** A compiled module of json_exporter. */
export class JsonModule {
  readonly #config: ModuleConfig;
  readonly #client: HttpClient;
  readonly #read: JsonReader;
  readonly #body: BodyTemplate | undefined;

  /** @throws {PodkitError} ERR_JSONPATH, ERR_TEMPLATE */
  constructor(config: ModuleConfig) {
    this.#config = config;
    this.#client = new HttpClient(config.http_client_config);
    this.#read = compileModuleMetrics(config.metrics);
    const { content = '', templatize = false } = config.body ?? {};
    if (content !== '') this.#body = templatize ? compileBodyTemplate(content) : () => content;
  }

  /** Fetch a target and read it into a snapshot. @throws {FetchError} */
  async read(
    { url, parameters, maxBytes, signal, allows }: ModuleRequest,
    snapshot: Snapshot,
    onBadValue: OnBadValue,
  ): Promise<void> {
    const { headers, valid_status_codes: validStatus } = this.#config;
    const body = this.#body?.(parameters);
    const all = withDefaults(headers, { accept: 'application/json' });
    this.#read(
      parseJson(await this.#client.fetch({ url, headers: all, body, maxBytes, validStatus, signal, allows })),
      snapshot,
      onBadValue,
    );
  }

  /** The families of a target, for `/probe`. @throws {FetchError} */
  async probe(request: ModuleRequest, limits: SeriesLimits, onError: (reason: string) => void): Promise<Family[]> {
    const snapshot = new Snapshot(limits, onError);
    await this.read(request, snapshot, onError);
    return snapshot.families();
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
