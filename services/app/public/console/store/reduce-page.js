const hour = 60 * 60 * 1000;
/** Milliseconds without an event after which the page is stale; the server sends one each second. */
const staleAfter = 5000;

export const emptyPage = {
  /** The server's document; undefined before the first one. */
  document: undefined,
  samples: [],
  events: [],
  calls: [],
  connected: false,
  /** This and the next two are times of the browser's clock. */
  openedAt: 0,
  heardAt: 0,
  now: 0,
  /** The server's clock minus the browser's, in milliseconds. */
  skew: 0,
  /** Values of adapted series within the last hour, as [moment, value], by the series' key. */
  series: {},
};

/** The next state of the page. Events: `document`, `update`, `history`, `lost`, `tick`; each with `at`, the browser's time. */
export function reducePage(state, event) {
  switch (event.type) {
    case 'document':
      return heard({ ...state, document: event.data }, event);
    case 'update': {
      const { added, ...parts } = event.data;
      return heard(withAdded({ ...state, document: { ...state.document, ...parts } }, added), event);
    }
    case 'history':
      return withAdded({ ...state, series: seriesPoints(event.data.series) }, event.data);
    case 'lost':
      return { ...state, connected: false, now: event.at };
    case 'tick':
      return { ...state, now: event.at, openedAt: state.openedAt || event.at };
    default:
      return state;
  }
}

function heard(state, { at }) {
  const skew = state.document.at - at;
  return remember({ ...state, connected: true, heardAt: at, now: at, openedAt: state.openedAt || at, skew });
}

/** History and updates may overlap, and a restarted process counts ids from 1 again: entries are the same where time and id are. */
function withAdded(state, { samples, events, calls }) {
  const oldest = Date.now() + state.skew - hour;
  return {
    ...state,
    samples: merged(state.samples, samples, ({ at }) => at).filter(({ at }) => at >= oldest),
    events: merged(state.events, events, ({ at, id }) => `${at} ${id}`),
    calls: merged(state.calls, calls, ({ at, id }) => `${at} ${id}`).filter(({ at }) => at >= oldest),
  };
}

/** Both lists in the order of time, each entry once. */
export function merged(known, added, toKey) {
  if (added.length === 0) return known;
  const keys = new Set(known.map(toKey));
  const fresh = added.filter((entry) => !keys.has(toKey(entry)));
  return fresh.length === 0 ? known : [...known, ...fresh].toSorted((a, b) => a.at - b.at || (a.id ?? 0) - (b.id ?? 0));
}

/** The server's columns as points of each series. */
function seriesPoints({ at, values }) {
  const points = (column) => at.map((moment, index) => [moment, column[index]]).filter(([, value]) => value !== null);
  return Object.fromEntries(Object.entries(values).map(([key, column]) => [key, points(column)]));
}

/** Keep the values of the adapted series for their small charts: an hour at most, with a value every 2 s. */
function remember(state) {
  const { metrics, at } = state.document;
  if (metrics?.ok !== true || state.metricsSeen === metrics) return state;
  const series = {};
  for (const one of metrics.series) {
    const key = seriesKey(one);
    series[key] = [...(state.series[key] ?? []).slice(-1799), [at, one.value]];
  }
  return { ...state, series, metricsSeen: metrics };
}

export const seriesKey = ({ name, labels }) => `${name}${JSON.stringify(labels)}`;

/** Since when the data is stale, by the browser's clock; undefined while it is fresh. */
export function staleSince({ heardAt, openedAt, now }) {
  const since = heardAt || openedAt;
  return since > 0 && now - since > staleAfter ? since : undefined;
}

/** The server's current time; while the page is stale, the time of its last event. */
export function serverNow(state) {
  const at = staleSince(state) === undefined ? state.now : state.heardAt;
  return at + state.skew;
}
