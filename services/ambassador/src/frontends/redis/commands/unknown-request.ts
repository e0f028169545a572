import { unknownCommand } from './errors.ts';
import type { RequestView } from './request.ts';

/** The error for an unknown command, with its first arguments, in Redis' words. */
export function unknownRequest(request: RequestView): string {
  const args = Array.from({ length: Math.min(request.count - 1, 20) }, (_, index) => request.text(index + 1));
  return unknownCommand(request.text(0), args);
}
