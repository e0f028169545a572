import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A memory cgroup, v1 or v2. Where the kernel counts swap, the group may use none. */
export class MemoryCgroup {
  readonly procs: string;
  readonly version: 1 | 2;
  readonly #folder: string;

  constructor(limit: number) {
    this.version = existsSync('/sys/fs/cgroup/memory') ? 1 : 2;
    const root = this.version === 1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    if (this.version === 2) writeFileSync(`${root}/cgroup.subtree_control`, '+memory');
    this.#folder = `${root}/podkit-runtimes-${process.pid}`;
    this.procs = `${this.#folder}/cgroup.procs`;
    mkdirSync(this.#folder);
    writeFileSync(`${this.#folder}/${this.version === 1 ? 'memory.limit_in_bytes' : 'memory.max'}`, String(limit));
    const swap = `${this.#folder}/${this.version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max'}`;
    if (existsSync(swap)) writeFileSync(swap, this.version === 1 ? String(limit) : '0');
  }

  /** Anonymous memory in bytes. The kernel cannot drop it, as it can drop cached files. */
  get used(): number {
    return this.#count('memory.stat', this.version === 1 ? 'rss' : 'anon');
  }

  /** How many processes the kernel killed for their memory. */
  get kills(): number {
    return this.#count(this.version === 1 ? 'memory.oom_control' : 'memory.events', 'oom_kill');
  }

  /** Kill the processes in the group, and remove it. */
  async close(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const pids = readFileSync(this.procs, 'utf8').split('\n').filter(Boolean);
      for (const pid of pids) if (existsSync(`/proc/${pid}`)) process.kill(Number(pid), 'SIGKILL');
      if (pids.length === 0) break;
      await sleep(50);
    }
    rmdirSync(this.#folder);
  }

  #count(file: string, name: string): number {
    const text = readFileSync(`${this.#folder}/${file}`, 'utf8');
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  }
}
