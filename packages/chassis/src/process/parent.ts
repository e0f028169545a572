import { Socket } from 'node:net';

/** Names the descriptor of a pipe whose other end the launcher holds open for as long as it lives. */
export const parentVariable = 'PARENT_FD';

/**
 * Call `onGone` when the process that started this one is gone, whatever ended it: the pipe that it held is closed by the
 * kernel. Without the variable, or where it names no pipe (a shell in between closes descriptors), nothing is watched. The
 * pipe does not keep this process alive.
 */
export function watchParent(env: Record<string, string | undefined>, onGone: () => void): void {
  const descriptor = Number(env[parentVariable] ?? '');
  if (!Number.isInteger(descriptor) || descriptor < 3) return;
  const pipe = openPipe(descriptor);
  if (pipe === undefined) return;
  // Only a pipe that is read reports its end.
  pipe.resume().unref();
  pipe.on('error', () => undefined);
  pipe.once('close', onGone);
}

function openPipe(descriptor: number): Socket | undefined {
  try {
    return new Socket({ fd: descriptor, readable: true, writable: false });
  } catch {
    return undefined;
  }
}
