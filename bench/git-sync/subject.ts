import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@podkit/chassis/testing/free-port';
import { type Cost, readCpuTime } from './cost.ts';

/** The git-sync under measurement: ours or upstream's. Both report the time of their passes in the same metric. */
export class Subject {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #link: string;

  private constructor(child: ChildProcess, port: number, root: string) {
    this.#child = child;
    this.#port = port;
    this.#link = `${root}/x`;
  }

  /** Start it; the first pass begins at once. */
  static async start(command: readonly string[], { remote, root }: { remote: string; root: string }): Promise<Subject> {
    const port = await freePort();
    const flags = [`--repo=file://${remote}`, '--ref=main', `--root=${root}`, '--link=x', '--period=50ms'];
    const http = [`--http-bind=127.0.0.1:${port}`, '--http-metrics'];
    const [program = '', ...rest] = command;
    return new Subject(spawn(program, [...rest, ...flags, ...http], { stdio: 'ignore' }), port, root);
  }

  /** Measure the first pass. CPU time includes the start. The link shows its end, because HTTP requests would cost CPU time. */
  async first(): Promise<Cost> {
    while (!existsSync(this.#link)) {
      this.#expectAlive();
      await sleep(5);
    }
    const cpu = this.#cpu();
    const { sum } = await this.#untilCount('success', 1);
    return { wall: sum * 1000, cpu };
  }

  /** Measure the mean of passes that find nothing new. It polls rarely, because each response costs CPU time. */
  async unchanged(passes: number): Promise<Cost> {
    const before = await this.#passes('noop');
    const cpu = this.#cpu();
    const after = await this.#untilCount('noop', before.count + passes, 200);
    const count = after.count - before.count;
    return { wall: ((after.sum - before.sum) * 1000) / count, cpu: (this.#cpu() - cpu) / count };
  }

  /** Measure a pass that publishes what `change` commits, and its cleanup. */
  async changed(change: () => void): Promise<Cost> {
    const before = await this.#passes('success');
    const cpu = this.#cpu();
    change();
    const after = await this.#untilCount('success', before.count + 1);
    // The cleanup is over when the next pass is done.
    await this.#untilCount('noop', (await this.#passes('noop')).count + 1);
    return { wall: (after.sum - before.sum) * 1000, cpu: this.#cpu() - cpu };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }

  #expectAlive(): void {
    if (this.#child.exitCode !== null) throw new Error(`${this.#child.spawnfile} ended with ${this.#child.exitCode}`);
  }

  #cpu(): number {
    return readCpuTime(this.#child.pid ?? 0);
  }

  async #untilCount(status: string, count: number, interval = 10): Promise<{ count: number; sum: number }> {
    for (;;) {
      this.#expectAlive();
      const passes = await this.#passes(status).catch(() => ({ count: 0, sum: 0 }));
      if (passes.count >= count) return passes;
      await sleep(interval);
    }
  }

  async #passes(status: string): Promise<{ count: number; sum: number }> {
    const text = await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
    const value = (part: string) =>
      Number(new RegExp(`git_sync_duration_seconds_${part}\\{status="${status}"\\} (\\S+)`).exec(text)?.[1] ?? 0);
    return { count: value('count'), sum: value('sum') };
  }
}
