/** Milliseconds, as the kubelet has them: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const first = 10_000;
const longest = 300_000;
const reset = 600_000;

/**
 * How long a container that ended waits for its next start: not at all the first time, then 10 s, doubled up to 5 min,
 * and from the beginning again after one that ran for 10 minutes. The kubelet's rule.
 */
export class Backoff {
  #next = 0;

  /** The pause before the next start, in milliseconds, of a container that ran this long. */
  pauseAfter(ranFor: number): number {
    if (ranFor >= reset) this.#next = 0;
    const pause = this.#next;
    this.#next = pause === 0 ? first : Math.min(pause * 2, longest);
    return pause;
  }
}
