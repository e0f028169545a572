import { exitCodes } from './exit-codes.ts';
import type { Host } from './service.ts';

/** Report a configuration without errors and exit: the end of `--check-config`. */
export function reportGood(host: Pick<Host, 'stdout' | 'exit'>, name: string): void {
  host.stdout.write(`${name}: good\n`);
  host.exit(exitCodes.ok);
}
