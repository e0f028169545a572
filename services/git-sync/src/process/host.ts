import type { Host } from '@podkit/chassis/process/service';

/** The parts of `process` that git-sync uses; `main.ts` passes the real one. */
export type CommandHost = Host & { pid: number; umask(mask: number): number; getuid?(): number; getgid?(): number };
