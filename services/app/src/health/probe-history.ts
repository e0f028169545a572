import { hour, Ring } from '../lifecycle/ring.ts';

export type Prober = 'kubelet' | 'hook' | 'other';

/** One call of a probe or hook. `id` counts up from 1. */
export type ProbeCall = {
  id: number;
  /** Milliseconds since the epoch. */
  at: number;
  probe: string;
  via: 'http' | 'grpc';
  prober: Prober;
  userAgent: string;
  status: number;
  ok: boolean;
  milliseconds: number;
  /** Failed by a chaos control. */
  chaos: boolean;
};

export type ProbeCount = { ok: number; failed: number; milliseconds: number };

/** The calls of probes and hooks within the last hour, and how many there were since the start. */
export class ProbeHistory {
  /** An hour of three probes every 3 s is 3600 calls. */
  readonly #ring = new Ring<ProbeCall>({ size: 4000, maxAge: hour });
  readonly #counts = new Map<string, ProbeCount>();
  readonly #listeners: (() => void)[] = [];
  #id = 0;

  /** Record a call that was answered just now. */
  record(call: Omit<ProbeCall, 'id' | 'at' | 'prober'>): void {
    this.#id += 1;
    const milliseconds = Math.round(call.milliseconds * 100) / 100;
    this.#ring.push({
      id: this.#id,
      at: Math.round(Date.now() - call.milliseconds),
      prober: classifyProber(call.userAgent),
      ...call,
      userAgent: call.userAgent.slice(0, 120),
      milliseconds,
    });
    const counts = this.#counts.get(call.probe) ?? { ok: 0, failed: 0, milliseconds: 0 };
    counts[call.ok ? 'ok' : 'failed'] += 1;
    counts.milliseconds += milliseconds;
    this.#counts.set(call.probe, counts);
    for (const listener of this.#listeners) listener();
  }

  onCall(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Oldest first. */
  get calls(): ProbeCall[] {
    return this.#ring.items;
  }

  /** The calls after the call `id`, oldest first. */
  since(id: number): ProbeCall[] {
    return this.#ring.after((call) => call.id <= id);
  }

  get counts(): Record<string, ProbeCount> {
    return Object.fromEntries(this.#counts);
  }
}

/** The caller, by the User-Agent of the kubelet: `kube-probe/1.36`, `kube-lifecycle/1.36`. */
function classifyProber(userAgent: string): Prober {
  if (/\bkube-probe\//.test(userAgent)) return 'kubelet';
  return /\bkube-lifecycle\//.test(userAgent) ? 'hook' : 'other';
}
