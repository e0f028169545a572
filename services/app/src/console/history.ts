import type { ProbeHistory } from '../health/probe-history.ts';
import type { Ring } from '../lifecycle/ring.ts';
import type { Timeline } from '../lifecycle/timeline.ts';
import type { Sample } from './monitor.ts';
import type { SeriesHistory } from './series-history.ts';

export type HistorySources = {
  samples: Ring<Sample>;
  series: SeriesHistory;
  timeline: Timeline;
  history: ProbeHistory;
};

/** The fields of a probe call that the page needs. */
const shorten = ({ id, at, probe, prober, via, status, ok, milliseconds, chaos }: ProbeHistory['calls'][number]) => ({
  id,
  at,
  probe,
  prober,
  via,
  status,
  ok,
  milliseconds,
  ...(chaos ? { chaos } : {}),
});

/** The last hour as the console draws it, oldest first. */
export function historyDocument({ samples, series, timeline, history }: HistorySources) {
  return {
    samples: samples.items,
    events: timeline.events,
    calls: history.calls.map(shorten),
    series: series.columns,
  };
}

/** Each `take` returns the entries since the previous one. */
export class NewEntries {
  readonly #sources: HistorySources;
  #sample = 0;
  #event = 0;
  #call = 0;

  constructor(sources: HistorySources) {
    this.#sources = sources;
    this.take();
  }

  take() {
    const { samples, timeline, history } = this.#sources;
    const added = {
      samples: samples.after(({ at }) => at <= this.#sample),
      events: timeline.since(this.#event),
      calls: history.since(this.#call).map(shorten),
    };
    this.#sample = added.samples.at(-1)?.at ?? this.#sample;
    this.#event = added.events.at(-1)?.id ?? this.#event;
    this.#call = added.calls.at(-1)?.id ?? this.#call;
    return added;
  }
}
