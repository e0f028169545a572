import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import type { Log } from '../log/log.ts';
import { longestWait } from '../process/timeout-signal.ts';
import type { Hook } from './hook-runner.ts';

export type WebHookOptions = {
  url: string;
  method: string;
  /** The status that means success; 0 and -1 accept any. */
  successStatus: number;
  /** Milliseconds. */
  timeout: number;
  backoff: number;
  client: HttpClient;
  log: Log;
};

/** A hook that sends a request without a body, with the hash in the header `Gitsync-Hash`. */
export function webHook({ url, method, successStatus, timeout, backoff, client, log }: WebHookOptions): Hook {
  return {
    name: 'webhook',
    backoff,
    async run({ hash }, stop) {
      log.info(0, 'sending webhook', { hash, url, method, timeout });
      const headers = { 'Gitsync-Hash': hash };
      const limits = { timeout: Math.min(timeout, longestWait), redirects: 11 };
      const response = await client.send(url, { method, headers, signal: stop, ...limits });
      if (successStatus > 0 && response.status !== successStatus)
        throw new PodkitError('ERR_WEBHOOK', `webhook: got status ${response.status}, expected ${successStatus}`);
    },
  };
}
