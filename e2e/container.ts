import { attempt, run } from './run.ts';

/** The part of `docker image inspect` that the tests read. */
export type Image = {
  Config: {
    User: string;
    Entrypoint: string[] | null;
    Labels: Record<string, string> | null;
    Healthcheck?: { Test: string[] };
  };
};

export async function inspectImage(reference: string): Promise<Image> {
  const [image] = JSON.parse(await run('docker', ['image', 'inspect', reference])) as [Image];
  return image;
}

/** Pull an image that is missing: a builder can use a base image without storing it. */
export async function pullMissing(reference: string): Promise<void> {
  const { code } = await attempt('docker', ['image', 'inspect', reference]);
  if (code !== 0) await run('docker', ['pull', '--quiet', reference]);
}

/** List the layers of an image, newest first: the command that made it, and its size in bytes. */
export async function listLayers(reference: string): Promise<{ by: string; bytes: number }[]> {
  const format = '{"by":{{json .CreatedBy}},"bytes":{{.Size}}}';
  const output = await run('docker', ['history', '--no-trunc', '--human=false', '--format', format, reference]);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { by: string; bytes: number });
}

type State = { StartedAt: string; FinishedAt: string; ExitCode: number; Running: boolean };

/** A container that runs as on a cluster: read-only, without capabilities, as the image's user. */
export class Container {
  readonly #id: string;
  readonly #url: string;

  private constructor(id: string, url: string) {
    this.#id = id;
    this.#url = url;
  }

  static async start(image: string, port: number, options: string[], words: string[] = []): Promise<Container> {
    const hardened = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp'];
    const published = ['--publish', `127.0.0.1::${port}`, '--memory=256m'];
    const id = await run('docker', ['run', '--detach', ...hardened, ...published, ...options, image, ...words]);
    const address = await run('docker', ['port', id.trim(), String(port)]);
    return new Container(id.trim(), `http://${address.trim().split('\n')[0]}`);
  }

  /** Wait for the first 200. Returns the milliseconds since the process started. @throws {Error} with the log, after 30 s */
  async untilReady(path: string): Promise<number> {
    const { StartedAt } = await this.#state();
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      const ok = await fetch(`${this.#url}${path}`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (ok) return Date.now() - Date.parse(StartedAt);
      if (!(await this.#state()).Running) break;
    }
    throw new Error(`${path} did not answer 200: ${await this.logs()}`);
  }

  async expectStatus(path: string, expected: number, init: RequestInit = {}): Promise<void> {
    const { status } = await fetch(`${this.#url}${path}`, init);
    if (status !== expected) throw new Error(`${path} answered ${status} instead of ${expected}`);
  }

  async read(path: string): Promise<string> {
    return (await fetch(`${this.#url}${path}`)).text();
  }

  /** Start a program in the container; it ends with it. */
  async startBeside(command: string[]): Promise<void> {
    await run('docker', ['exec', '--detach', this.#id, ...command]);
  }

  async runHealthcheck({ Config }: Image): Promise<string> {
    const [, ...command] = Config.Healthcheck?.Test ?? [];
    await run('docker', ['exec', this.#id, ...command]);
    return 'health check passed';
  }

  async stop(): Promise<{ exitCode: number; milliseconds: number }> {
    const began = Date.now();
    await run('docker', ['stop', '--time=30', this.#id]);
    const { ExitCode, FinishedAt } = await this.#state();
    return { exitCode: ExitCode, milliseconds: Math.max(0, Date.parse(FinishedAt) - began) };
  }

  logs(): Promise<string> {
    return run('docker', ['logs', '--tail=5', this.#id]);
  }

  async remove(): Promise<void> {
    await run('docker', ['rm', '--force', '--volumes', this.#id]);
  }

  async #state(): Promise<State> {
    const [found] = JSON.parse(await run('docker', ['inspect', this.#id])) as [{ State: State }];
    return found.State;
  }
}
