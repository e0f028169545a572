/** How a podkit process ends; Kubernetes can tell them apart with `restartPolicyRules`. */
export const exitCodes = {
  /** Everything in flight was finished, or the one-time job is done. */
  ok: 0,
  /** The service failed while it started or ran. */
  failure: 1,
  /** The configuration is wrong; a restart will not help. */
  badConfig: 2,
  /** The drain did not finish within SHUTDOWN_TIMEOUT; what was still open was cut. */
  drainDeadline: 3,
} as const;

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
export type StopSignal = keyof typeof signalNumbers;

/** The code of a process that a second signal ended at once: 128 + the signal's number, as a shell reports it. */
export function signalExitCode(signal: StopSignal): number {
  return 128 + signalNumbers[signal];
}
