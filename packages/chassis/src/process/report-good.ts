import { exitCodes } from './exit-codes.ts';
import type { Host } from './service.ts';

/** The end of `--check-config`: the configuration has no errors, or one would have ended the process before. */
export function reportGood(host: Pick<Host, 'stdout' | 'exit'>, name: string): void {
  host.stdout.write(`${name}: good\n`);
  host.exit(exitCodes.ok);
}
