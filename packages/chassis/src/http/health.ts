import { describeError } from '../errors.ts';
import { withTimeout } from '../process/timeout.ts';

export type Probe = 'livez' | 'readyz' | 'startupz';

/** Throws with the reason when the check fails. */
export type Check = (signal: AbortSignal) => void | Promise<void>;

export type CheckResult = { name: string; ok: boolean; required: boolean; reason: string; milliseconds: number };
/** `ok`: every required check passes. `degraded`: it is ok, and a check that is not required fails. */
export type ProbeResult = { probe: Probe; ok: boolean; degraded: boolean; checks: CheckResult[] };

type Entry = { check: Check; timeout: number; required: boolean };

/** The named checks behind the three probes. A probe with no checks passes. */
export class Health {
  readonly #checks: Record<Probe, Map<string, Entry>> = { livez: new Map(), readyz: new Map(), startupz: new Map() };

  /**
   * Add a check to a probe; a second one of the same name replaces the first.
   * `timeout` is in milliseconds and stays below the kubelet's default of 1 s, so that we answer first. One that is not
   * `required` only degrades the probe when it fails.
   */
  add(probe: Probe, name: string, check: Check, options: { timeout?: number; required?: boolean } = {}): void {
    const { timeout = 800, required = true } = options;
    this.#checks[probe].set(name, { check, timeout, required });
  }

  remove(probe: Probe, name: string): void {
    this.#checks[probe].delete(name);
  }

  /** Run a probe's checks side by side, leaving out those named in `exclude`. */
  async run(probe: Probe, exclude: readonly string[] = []): Promise<ProbeResult> {
    const entries = [...this.#checks[probe]].filter(([name]) => !exclude.includes(name));
    const checks = await Promise.all(entries.map(([name, entry]) => runCheck(name, entry)));
    const ok = checks.every((check) => check.ok || !check.required);
    return { probe, ok, degraded: ok && checks.some((check) => !check.ok), checks };
  }
}

async function runCheck(name: string, { check, timeout, required }: Entry): Promise<CheckResult> {
  const began = performance.now();
  const took = () => Math.round((performance.now() - began) * 10) / 10;
  try {
    await withTimeout('the check', timeout, check);
    return { name, ok: true, required, reason: '', milliseconds: took() };
  } catch (error) {
    return { name, ok: false, required, reason: describeError(error), milliseconds: took() };
  }
}

/** A probe's result as the Kubernetes API server words it: https://kubernetes.io/docs/reference/using-api/health-checks/ */
export function probeText({ probe, ok, degraded, checks }: ProbeResult, verbose: boolean): string {
  if (ok && !verbose) return degraded ? 'degraded' : 'ok';
  const outcome = ok ? (degraded ? 'passed, degraded' : 'passed') : 'failed';
  return `${[...checks.map(checkText), `${probe} check ${outcome}`].join('\n')}\n`;
}

function checkText({ name, ok, required, reason }: CheckResult): string {
  if (ok) return `[+]${name} ok`;
  return required ? `[-]${name} failed: ${reason}` : `[!]${name} degraded: ${reason}`;
}
