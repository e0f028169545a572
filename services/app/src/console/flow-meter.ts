import { round } from './usage.ts';

/** Counters of one connection in the diagram, since its start: calls, failed calls, seconds of all calls. */
export type FlowCount = { calls: number; errors: number; seconds: number };
/** Calls and failed calls per second over the last seconds, and the mean milliseconds of a call, if there was one. */
export type Flow = { rate: number; errors: number; ms: number | undefined };

type Reading = FlowCount & { at: number };

/** The time over which a rate is measured, in milliseconds. */
const window = 10_000;

/** Turns counters into rates. */
export class FlowMeter {
  readonly #readings = new Map<string, Reading[]>();

  /** `at` in milliseconds. If a counter went down, its process was restarted, and the measurement starts again. */
  read(name: string, count: FlowCount, at: number): Flow | undefined {
    const known = this.#readings.get(name) ?? [];
    const last = known.at(-1);
    const restarted = last !== undefined && count.calls < last.calls;
    const readings = restarted ? [] : known.filter((reading) => at - reading.at <= window);
    readings.push({ ...count, at });
    this.#readings.set(name, readings);
    const [first] = readings;
    if (first === undefined || first.at === at) return undefined;
    return measureFlow(first, { ...count, at });
  }
}

function measureFlow(first: Reading, last: Reading): Flow {
  const seconds = (last.at - first.at) / 1000;
  const calls = last.calls - first.calls;
  return {
    rate: round(calls / seconds, 2),
    errors: round((last.errors - first.errors) / seconds, 2),
    ms:
      calls > 0 && last.seconds > first.seconds ? round(((last.seconds - first.seconds) * 1000) / calls, 2) : undefined,
  };
}
