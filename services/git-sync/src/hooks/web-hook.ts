import { PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import { deadline } from './exec-hook.ts';
import type { Hook } from './hook-runner.ts';

export type WebHookOptions = {
  url: string;
  method: string;
  /** The one status that means success; 0 and -1 take any. */
  successStatus: number;
  /** Milliseconds. */
  timeout: number;
  backoff: number;
  log: Log;
};

/** An HTTP request without a body, with the hash in the header `Gitsync-Hash`. */
export function webHook({ url, method, successStatus, timeout, backoff, log }: WebHookOptions): Hook {
  return {
    name: 'webhook',
    backoff,
    async run({ hash }, stop) {
      log.info(0, 'sending webhook', { hash, url, method, timeout });
      const signal = AbortSignal.any([stop, deadline(timeout)]);
      const response = await fetch(url, { method, headers: { 'Gitsync-Hash': hash }, signal });
      await response.body?.cancel();
      if (successStatus > 0 && response.status !== successStatus)
        throw new PodkitError('ERR_WEBHOOK', `webhook: got status ${response.status}, expected ${successStatus}`);
    },
  };
}
