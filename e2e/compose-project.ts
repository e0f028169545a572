import { freePort } from '@podkit/chassis/testing/free-port';
import { run } from './run.ts';

export type ContainerState = {
  status: string;
  health: string | undefined;
  exitCode: number;
  startedAt: string;
  finishedAt: string;
};

/** A running copy of docker-compose.yml on free ports of this machine. */
export class Compose {
  readonly app: string;
  readonly admin: string;
  readonly metrics: string;
  readonly #gitPort: number;
  readonly #folder: string;
  readonly #name = `podkit-e2e-${process.pid}`;
  readonly #env: Record<string, string>;

  private constructor(folder: string, ports: { app: number; admin: number; metrics: number; git: number }) {
    this.#folder = folder;
    this.app = `http://127.0.0.1:${ports.app}`;
    this.admin = `http://127.0.0.1:${ports.admin}`;
    this.metrics = `http://127.0.0.1:${ports.metrics}/metrics`;
    this.#gitPort = ports.git;
    this.#env = {
      APP_PORT: `${ports.app}`,
      APP_ADMIN_PORT: `${ports.admin}`,
      METRICS_PORT: `${ports.metrics}`,
      GIT_PORT: `${ports.git}`,
    };
  }

  static async create(folder: string): Promise<Compose> {
    return new Compose(folder, {
      app: await freePort(),
      admin: await freePort(),
      metrics: await freePort(),
      git: await freePort(),
    });
  }

  /** Run `docker compose` with these arguments and return its output. @throws {Error} if it does not exit with 0 */
  compose(...args: string[]): Promise<string> {
    return run('docker', ['compose', '-p', this.#name, ...args], { cwd: this.#folder, env: this.#env });
  }

  /** The URL of the Git remote, with the user and the given password. */
  repository(password: string): string {
    return `http://you:${password}@127.0.0.1:${this.#gitPort}/site.git`;
  }

  async down(): Promise<void> {
    await this.compose('--profile', '*', 'down', '--volumes', '--timeout', '40');
  }

  /** The ids and names of its remaining containers, volumes and networks. */
  async leftovers(): Promise<string[]> {
    const ofProject = ['--quiet', '--filter', `label=com.docker.compose.project=${this.#name}`];
    const lists = await Promise.all([
      run('docker', ['ps', '--all', ...ofProject]),
      run('docker', ['volume', 'ls', ...ofProject]),
      run('docker', ['network', 'ls', ...ofProject]),
    ]);
    return lists.flatMap((list) => list.split('\n').filter((line) => line !== ''));
  }

  async state(service: string): Promise<ContainerState> {
    const id = (await this.compose('ps', '--all', '--quiet', service)).trim();
    const [found] = JSON.parse(await run('docker', ['inspect', id])) as [
      {
        State: { Status: string; ExitCode: number; StartedAt: string; FinishedAt: string; Health?: { Status: string } };
      },
    ];
    const { Status, ExitCode, StartedAt, FinishedAt, Health } = found.State;
    return { status: Status, exitCode: ExitCode, startedAt: StartedAt, finishedAt: FinishedAt, health: Health?.Status };
  }
}
