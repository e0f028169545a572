import { PodkitError } from '@podkit/chassis/errors';

/** A signal that aborts after this time, with ERR_TIMEOUT. */
export function timeoutSignal(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const late = () => controller.abort(new PodkitError('ERR_TIMEOUT', `timed out after ${milliseconds} ms`));
  setTimeout(late, milliseconds).unref();
  return controller.signal;
}
