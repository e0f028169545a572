export type Prober = 'kubelet' | 'hook' | 'other';

/** One call of a probe or hook. */
export type ProbeCall = {
  /** Milliseconds since the epoch. */
  at: number;
  probe: string;
  via: 'http' | 'grpc';
  prober: Prober;
  userAgent: string;
  status: number;
  ok: boolean;
  milliseconds: number;
  /** Failed because a chaos control said so. */
  chaos: boolean;
};

/** The last calls of probes and hooks, and how many there were. */
export class ProbeHistory {
  readonly #calls: ProbeCall[] = [];
  readonly #counts = new Map<string, { ok: number; failed: number }>();
  readonly #size: number;
  readonly #listeners: (() => void)[] = [];

  constructor({ size = 100 }: { size?: number } = {}) {
    this.#size = size;
  }

  record(call: ProbeCall): void {
    this.#calls.push({ ...call, userAgent: call.userAgent.slice(0, 120) });
    if (this.#calls.length > this.#size) this.#calls.shift();
    const counts = this.#counts.get(call.probe) ?? { ok: 0, failed: 0 };
    counts[call.ok ? 'ok' : 'failed'] += 1;
    this.#counts.set(call.probe, counts);
    for (const listener of this.#listeners) listener();
  }

  onCall(listener: () => void): void {
    this.#listeners.push(listener);
  }

  snapshot(): { history: ProbeCall[]; counts: Record<string, { ok: number; failed: number }> } {
    return { history: [...this.#calls], counts: Object.fromEntries(this.#counts) };
  }
}

/** Who calls, by the User-Agent that the kubelet sends: `kube-probe/1.36`, `kube-lifecycle/1.36`. */
export function proberOf(userAgent: string): Prober {
  if (/\bkube-probe\//.test(userAgent)) return 'kubelet';
  return /\bkube-lifecycle\//.test(userAgent) ? 'hook' : 'other';
}
