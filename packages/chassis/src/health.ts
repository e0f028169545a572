import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './errors.ts';

export type Probe = 'livez' | 'readyz' | 'startupz';

/** Throws, with the reason, when what it looks at is not well. */
export type Check = (signal: AbortSignal) => void | Promise<void>;

export type CheckResult = { name: string; ok: boolean; reason: string; milliseconds: number };
export type ProbeResult = { probe: Probe; ok: boolean; checks: CheckResult[] };

type Entry = { check: Check; timeout: number };

/** The named checks behind the three probes. A probe with no checks passes. */
export class Health {
  readonly #checks: Record<Probe, Map<string, Entry>> = { livez: new Map(), readyz: new Map(), startupz: new Map() };

  /**
   * Add a check to a probe; a second one of the same name replaces the first.
   * `timeout` is in milliseconds and stays below the kubelet's default of 1 s, so that we answer first.
   */
  add(probe: Probe, name: string, check: Check, { timeout = 800 }: { timeout?: number } = {}): void {
    this.#checks[probe].set(name, { check, timeout });
  }

  remove(probe: Probe, name: string): void {
    this.#checks[probe].delete(name);
  }

  /** Run a probe's checks side by side, leaving out those named in `exclude`. */
  async run(probe: Probe, exclude: readonly string[] = []): Promise<ProbeResult> {
    const entries = [...this.#checks[probe]].filter(([name]) => !exclude.includes(name));
    const checks = await Promise.all(entries.map(([name, entry]) => runCheck(name, entry)));
    return { probe, ok: checks.every((check) => check.ok), checks };
  }
}

async function runCheck(name: string, { check, timeout }: Entry): Promise<CheckResult> {
  const began = performance.now();
  const over = new AbortController();
  const took = () => Math.round((performance.now() - began) * 10) / 10;
  try {
    const late = sleep(timeout, undefined, { signal: over.signal }).then(() => {
      throw new Error(`no answer within ${timeout} ms`);
    });
    // The loser of the race must not surface as an unhandled rejection once the check is done.
    late.catch(() => undefined);
    await Promise.race([(async () => check(over.signal))(), late]);
    return { name, ok: true, reason: '', milliseconds: took() };
  } catch (error) {
    return { name, ok: false, reason: messageOf(error), milliseconds: took() };
  } finally {
    over.abort();
  }
}

/** A probe's result as the Kubernetes API server words it: https://kubernetes.io/docs/reference/using-api/health-checks/ */
export function probeText({ probe, ok, checks }: ProbeResult, verbose: boolean): string {
  if (ok && !verbose) return 'ok';
  const lines = checks.map((check) => (check.ok ? `[+]${check.name} ok` : `[-]${check.name} failed: ${check.reason}`));
  return `${[...lines, `${probe} check ${ok ? 'passed' : 'failed'}`].join('\n')}\n`;
}
