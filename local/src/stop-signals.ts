const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds within which a second SIGINT is taken for a copy of the first. */
const copies = 1000;

/**
 * Call `stop` at the first SIGINT, SIGTERM or SIGHUP, and `end` at a later SIGINT: somebody who presses Ctrl-C again.
 * One signal comes in copies: the terminal, `timeout` or systemd sends it to the whole group, and npm and tools/run.mjs
 * each pass it on. So a second SIGTERM or SIGHUP is nothing new, nor is a SIGINT within a second of the first signal.
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
