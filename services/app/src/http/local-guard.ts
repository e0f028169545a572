import { isLoopback } from '@podkit/chassis/http/loopback';
import type { Server } from '@podkit/chassis/http/server';
import { hasToken } from './token-guard.ts';

/**
 * Answer only callers within the Pod (the sidecars, and `kubectl port-forward`, which comes from the loopback) and other
 * Pods with the internal token. The admin port cannot listen on the loopback only, since the kubelet calls it at the Pod's
 * address.
 */
export function guardToLoopback(scope: Server, { internalToken }: { internalToken: string | undefined }): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (isLoopback(request.socket.remoteAddress ?? '')) return;
    if (hasToken(request, internalToken)) return;
    await reply.code(403).send({
      code: 'ERR_NOT_LOCAL',
      message: 'this is for callers within the Pod: use kubectl port-forward, or set APP_CONSOLE_OPEN=true',
    });
  });
}
