import type { Lifecycle } from '@podkit/chassis/process/lifecycle';

export type DrainProgress = {
  startedAt: number;
  delayMs: number;
  timeoutMs: number;
  elapsedMs: number;
  /** `answering` during the drain delay, then `closing`. */
  phase: 'answering' | 'closing';
  inFlight: number;
  streams: number;
};

export type DrainSources = {
  lifecycle: Lifecycle;
  delayMs: number;
  timeoutMs: number;
  inFlight: () => number;
  streams: () => number;
};

/** The state of the drain; undefined while there is none. */
export function describeDrain(sources: DrainSources, now: number): DrainProgress | undefined {
  const { lifecycle, delayMs, timeoutMs, inFlight, streams } = sources;
  const begin = lifecycle.events.find(({ state }) => state === 'draining');
  if (begin === undefined) return undefined;
  const elapsedMs = now - begin.at;
  const phase = elapsedMs < delayMs ? 'answering' : 'closing';
  return { startedAt: begin.at, delayMs, timeoutMs, elapsedMs, phase, inFlight: inFlight(), streams: streams() };
}
