const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds within which a second SIGINT counts as a copy of the first. */
const copies = 1000;

/**
 * Call `stop` at the first SIGINT, SIGTERM or SIGHUP, and `end` at a later SIGINT: somebody who presses Ctrl-C again.
 * One signal may arrive twice: sent to the whole group, and forwarded by the parent. So a second SIGTERM or SIGHUP is
 * ignored, and so is a SIGINT within a second of the first signal.
 */
export function onStopSignal(
  host: Pick<NodeJS.Process, 'on'>,
  { stop, end }: { stop: (why: string) => void; end: () => void },
) {
  let first: number | undefined;
  for (const signal of signals) {
    host.on(signal, () => {
      if (first === undefined) {
        first = performance.now();
        stop(signal);
      } else if (signal === 'SIGINT' && performance.now() - first > copies) {
        end();
      }
    });
  }
}
