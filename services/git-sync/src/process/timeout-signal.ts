import { PodkitError } from '@podkit/chassis/errors';

/** Milliseconds of Node's longest timer; a longer one ends at once. */
export const longestWait = 2 ** 31 - 1;

/** Why work is ended when git-sync stops. */
export function createStopError(): PodkitError {
  return new PodkitError('ERR_STOPPED', 'git-sync is stopping');
}

/** A signal that aborts after this time, with ERR_TIMEOUT. */
export function timeoutSignal(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const late = () => controller.abort(new PodkitError('ERR_TIMEOUT', `timed out after ${milliseconds} ms`));
  setTimeout(late, Math.min(milliseconds, longestWait)).unref();
  return controller.signal;
}
