import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '@podkit/chassis/errors';

/** Throws when the container is not healthy; the message says why. */
export type Check = (signal: AbortSignal) => Promise<void>;

/** A probe with the kubelet's settings; times in milliseconds. */
export type Probe = {
  check: Check;
  period: number;
  timeout: number;
  failureThreshold: number;
  successThreshold: number;
};

/** The result of a probe, with the reason when it failed. Reported once for each change, after the threshold. */
export type ProbeResult = { ok: boolean; reason: string };

/**
 * Run the check once a period until `signal` aborts, one at a time. `onResult` is called with the first state that
 * reaches its threshold, and with each change after it.
 */
export async function runProbe(probe: Probe, signal: AbortSignal, onResult: (result: ProbeResult) => void) {
  let state: boolean | undefined;
  let last: boolean | undefined;
  let inRow = 0;
  while (!signal.aborted) {
    const began = performance.now();
    const reason = await findReason(probe, signal);
    if (signal.aborted) return;
    const ok = reason === '';
    inRow = ok === last ? inRow + 1 : 1;
    last = ok;
    if (ok !== state && inRow >= (ok ? probe.successThreshold : probe.failureThreshold)) {
      state = ok;
      onResult({ ok, reason });
    }
    const rest = probe.period - (performance.now() - began);
    await sleep(Math.max(0, rest), undefined, { signal }).catch(() => undefined);
  }
}

/** Why the check failed; empty when it did not. */
async function findReason({ check, timeout }: Probe, signal: AbortSignal): Promise<string> {
  const late = AbortSignal.timeout(timeout);
  try {
    await check(AbortSignal.any([signal, late]));
    return '';
  } catch (error) {
    if (late.aborted) return `no response within ${timeout / 1000} s`;
    return describeError(error instanceof Error ? (error.cause ?? error) : error);
  }
}

/** A check that a GET of the URL is answered with a status from 200 to 399, which the kubelet counts as healthy. */
export function httpCheck(url: string): Check {
  // The services recognise a probe by its user agent, as they do in a cluster.
  const init: RequestInit = { headers: { 'user-agent': 'kube-probe/podkit', connection: 'close' }, redirect: 'manual' };
  return async (signal) => {
    const response = await fetch(url, { ...init, signal });
    await response.body?.cancel();
    if (response.status < 200 || response.status >= 400)
      throw new Error(`${new URL(url).pathname} answered ${response.status}`);
  };
}

/** A check that something accepts connections on a port of the loopback. */
export function tcpCheck(port: number): Check {
  return (signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', signal });
      socket.once('error', reject).once('connect', () => {
        socket.destroy();
        resolve();
      });
    });
}
