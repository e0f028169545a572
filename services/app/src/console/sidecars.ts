import { describeError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import { askContainer, readFromContainer } from './ask-container.ts';
import { readPrometheusText, type Series } from './prometheus-text.ts';

const sidecarNames = ['git-sync', 'ambassador', 'metrics-adapter', 'downward-reader'] as const;
export type SidecarName = (typeof sidecarNames)[number];

export type ContainerState = 'ready' | 'unready' | 'unreachable';
export type Container = {
  name: string;
  state: ContainerState;
  /** When it entered this state, in milliseconds since the epoch. */
  since: number;
  /** How long its probe took. */
  milliseconds: number;
  status?: number;
  detail: string;
};

/** The last response of one sidecar. */
export type Sidecar = Container & { name: SidecarName; series: Series[]; metricsError?: string };

export type SidecarUrls = Record<SidecarName, { probe: string; metrics: string }>;
/** Called with each change: a sidecar's state, or a start of its process that was not seen before. */
export type SidecarListener = (change: 'container' | 'restart', text: string, name: SidecarName) => void;

/** Maximum number of series that are read of one sidecar. */
const maxReadSeries = 500;

/** The state of the other containers of the Pod, asked over localhost. */
export class Sidecars {
  readonly #client: HttpClient;
  readonly #urls: SidecarUrls;
  readonly #onChange: SidecarListener;
  readonly #sidecars = new Map<SidecarName, Sidecar>();
  readonly #starts = new Map<SidecarName, number>();

  constructor(client: HttpClient, urls: SidecarUrls, onChange: SidecarListener) {
    this.#client = client;
    this.#urls = urls;
    this.#onChange = onChange;
  }

  /** In the order of `sidecarNames`; empty before the first responses. */
  get all(): Sidecar[] {
    return sidecarNames.flatMap((name) => this.#sidecars.get(name) ?? []);
  }

  /** Ask each for its readiness and its metrics. Never throws: a sidecar that does not answer is `unreachable`. */
  async ask(): Promise<void> {
    await Promise.all(sidecarNames.map((name) => this.#ask(name)));
  }

  async #ask(name: SidecarName): Promise<void> {
    const [probed, scraped] = await Promise.all([this.#probe(name), this.#scrape(name)]);
    const before = this.#sidecars.get(name);
    const since = before?.state === probed.state ? before.since : Date.now();
    this.#sidecars.set(name, { name, since, ...probed, ...scraped });
    if (before !== undefined && before.state !== probed.state)
      this.#onChange('container', `${name} ${probed.state}${probed.detail === '' ? '' : `: ${probed.detail}`}`, name);
    this.#recordStart(name, scraped.series);
  }

  #recordStart(name: SidecarName, series: readonly Series[]): void {
    const start = findStart(series);
    if (start === undefined) return;
    const before = this.#starts.get(name);
    this.#starts.set(name, start);
    if (before !== undefined && start > before) this.#onChange('restart', `${name} restarted`, name);
  }

  async #probe(name: SidecarName): Promise<Omit<Container, 'name' | 'since'>> {
    const began = performance.now();
    const elapsed = () => Math.round((performance.now() - began) * 10) / 10;
    try {
      const { status, body } = await askContainer(this.#client, this.#urls[name].probe);
      const state = status >= 200 && status < 300 ? 'ready' : 'unready';
      return { state, status, milliseconds: elapsed(), detail: body.toString().slice(0, 300).trim() };
    } catch (error) {
      return { state: 'unreachable', milliseconds: elapsed(), detail: describeError(error) };
    }
  }

  async #scrape(name: SidecarName): Promise<Pick<Sidecar, 'series' | 'metricsError'>> {
    try {
      const text = await readFromContainer(this.#client, this.#urls[name].metrics, 'text/plain;version=0.0.4');
      return { series: readPrometheusText(text, maxReadSeries) };
    } catch (error) {
      return { series: [], metricsError: describeError(error) };
    }
  }
}

/** The series that the metrics-adapter made of the app's metrics, without its own. */
export function listAdaptedSeries(sidecars: readonly Sidecar[]): Series[] {
  const adapter = sidecars.find(({ name }) => name === 'metrics-adapter');
  return adapter?.series.filter(({ name }) => !name.startsWith('adapter_')) ?? [];
}

/** When a process started, in seconds since the epoch. The metrics-adapter puts `adapter_` before its own names. */
function findStart(series: readonly Series[]): number | undefined {
  return series.find(({ name }) => name.endsWith('process_start_time_seconds'))?.value;
}
