import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { AdapterConfig } from '../config/schema.ts';
import { HttpClient } from '../fetch/client.ts';
import type { Family } from '../series/family.ts';
import { Snapshot } from '../series/snapshot.ts';
import type { BodyTemplate, Parameters } from './body-template.ts';
import { compileModule, type JsonModule } from './json-module.ts';
import { acceptJson, parseJson } from './parse.ts';

export type ProbeQuery = { module: string; target: string; parameters: Parameters };

/** A probe that is refused before a request is sent. */
export class ProbeError extends PodkitError {
  readonly status: 400 | 403;

  constructor(status: 400 | 403, message: string, options?: ErrorOptions) {
    super('ERR_PROBE', message, options);
    this.status = status;
  }
}

/** The hosts that are allowed by default: containers of the same Pod. */
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

type Prober = JsonModule & { client: HttpClient };

/** The modules that `/probe` uses, and the targets that they may fetch. */
export class Probes {
  readonly #probers = new Map<string, Prober>();
  readonly #running = new Set<Promise<Family[]>>();
  readonly #allowed: readonly URL[];
  readonly #config: Pick<AdapterConfig, 'limits' | 'probe'>;

  /** @throws {PodkitError} for a module with an error */
  constructor(config: Pick<AdapterConfig, 'modules' | 'limits' | 'probe'>) {
    this.#config = config;
    for (const [name, module] of Object.entries(config.modules))
      this.#probers.set(name, { ...compileModule(module), client: new HttpClient(module.http_client_config) });
    this.#allowed = config.probe.targets.map((target) => new URL(target));
  }

  /** @throws {ProbeError} if the query is refused, {FetchError} if the target can't be read */
  async probe(
    { module: name, target, parameters }: ProbeQuery,
    timeout: number,
    onError: (reason: string) => void,
  ): Promise<Family[]> {
    const prober = this.#probers.get(name);
    if (prober === undefined) throw new ProbeError(400, `unknown module "${name}"`);
    if (target === '') throw new ProbeError(400, 'the parameter target is missing');
    const text = /^https?:\/\//.test(target) ? target : `http://${target}`;
    if (!URL.canParse(text)) throw new ProbeError(400, 'target is not a URL');
    const url = new URL(text);
    if (!this.#isAllowed(url))
      throw new ProbeError(403, 'target is not allowed; see probe.targets in the configuration');
    const signal = AbortSignal.timeout(Math.max(1, Math.round(timeout)));
    const probe = this.#run(prober, { url: url.href, parameters, signal }, onError);
    this.#running.add(probe);
    return probe.finally(() => this.#running.delete(probe));
  }

  /** Close after the probes in flight. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await Promise.all([...this.#probers.values()].map(({ client }) => client.close()));
  }

  async #run(
    { client, headers, validStatus, body: renderBody, read }: Prober,
    { url, parameters, signal }: { url: string; parameters: Parameters; signal: AbortSignal },
    onError: (reason: string) => void,
  ): Promise<Family[]> {
    const { limits, probe } = this.#config;
    const { maxBytes } = probe;
    const body = renderBody && this.#render(renderBody, parameters);
    const allows = (to: URL) => this.#isAllowed(to);
    const request = { url, headers, accept: acceptJson, body, maxBytes, validStatus, allows, signal };
    const { bytes } = await client.fetch(request);
    const snapshot = new Snapshot(limits, onError);
    read(parseJson(bytes), snapshot, onError);
    return snapshot.families();
  }

  #render(render: BodyTemplate, parameters: Parameters): string {
    try {
      return render(parameters);
    } catch (cause) {
      throw new ProbeError(400, `the body can't be rendered with these parameters: ${describeError(cause)}`, { cause });
    }
  }

  #isAllowed(url: URL): boolean {
    if (this.#allowed.length === 0) return loopbackHosts.has(url.hostname);
    return this.#allowed.some(({ origin, pathname }) => {
      const below = pathname.endsWith('/') ? pathname : `${pathname}/`;
      return url.origin === origin && (url.pathname === pathname || url.pathname.startsWith(below));
    });
  }
}

/** Read the query of `/probe`. */
export function readProbeQuery(query: URLSearchParams): ProbeQuery {
  const parameters = new Map([...new Set(query.keys())].map((name) => [name, query.getAll(name)] as const));
  return { module: query.get('module') ?? 'default', target: query.get('target') ?? '', parameters };
}
