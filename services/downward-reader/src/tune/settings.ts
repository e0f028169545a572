/** What the container may use: whole or fractional CPUs and bytes; undefined is no limit. */
export type Limits = { cpus: number | undefined; memory: number | undefined; memoryShare: number };

/** One variable for the program, and why it has that value. */
export type Setting = { value: string; reason: string };
export type Settings = Record<string, Setting>;

/** What is set already, and whether it is replaced. */
export type Present = { env: Readonly<Record<string, string | undefined>>; override: boolean };

/** How many CPUs a program can use at once: the limit rounded up; 1 without a limit. */
export const countCpus = (cpus = 1): number => Math.max(1, Math.ceil(cpus));
