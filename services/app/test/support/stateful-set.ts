import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { type DnsServer, startDns } from './dns-server.ts';
import { type RunningApp, startApp } from './start-app.ts';

export const internalToken = 'between-pods';
const domain = 'app.test.svc.cluster.local';
const service = `_http._tcp.${domain}`;

/** Processes with stable names and volumes of their own behind one headless service, as a StatefulSet's Pods are. */
export class StatefulSet {
  readonly #dns: DnsServer;
  readonly #volumes: string;
  readonly #pods = new Map<number, RunningApp>();

  private constructor(dns: DnsServer, volumes: string) {
    this.#dns = dns;
    this.#volumes = volumes;
  }

  static async create(): Promise<StatefulSet> {
    return new StatefulSet(await startDns(service), tempDir());
  }

  pod(ordinal: number): RunningApp {
    const pod = this.#pods.get(ordinal);
    if (pod === undefined) throw new Error(`no Pod ${ordinal}`);
    return pod;
  }

  /** Start a Pod (again, with the volume it had) and wait until it is ready. */
  async start(ordinal: number, env: Record<string, string> = {}): Promise<RunningApp> {
    const data = join(this.#volumes, String(ordinal));
    mkdirSync(data, { recursive: true });
    const port = await freePort();
    this.#dns.ports.set(`app-${ordinal}.${domain}`, port);
    const app = await startApp({
      PORT: String(port),
      POD_NAME: `app-${ordinal}`,
      APP_DATA: data,
      APP_PODS_SRV: service,
      APP_PODS_DNS: this.#dns.address,
      APP_INTERNAL_TOKEN: internalToken,
      DRAIN_DELAY: '300ms',
      ...env,
    });
    this.#pods.set(ordinal, app);
    await waitFor(`Pod ${ordinal} to be ready`, async () => (await fetch(`${app.admin}/readyz`)).ok).catch((cause) => {
      throw new Error(app.service.output.join('\n'), { cause });
    });
    return app;
  }

  /** Scale down by one: SIGTERM, and its name goes. */
  async stop(ordinal: number): Promise<number | null> {
    const { code } = await this.pod(ordinal).service.stop();
    this.#remove(ordinal);
    return code;
  }

  /** The node fails: SIGKILL, and its name goes. */
  async kill(ordinal: number): Promise<void> {
    await this.pod(ordinal).service.stop('SIGKILL');
    this.#remove(ordinal);
  }

  #remove(ordinal: number): void {
    this.#pods.delete(ordinal);
    this.#dns.ports.delete(`app-${ordinal}.${domain}`);
  }
}
