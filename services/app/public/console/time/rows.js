/** The rows of the timeline. Bands have a duration, marks are single events, calls are those of probes. `kinds` are kinds of events. */
export const rows = [
  { id: 'lifecycle', label: 'Lifecycle', type: 'bands' },
  { id: 'startupz', label: 'Startup', type: 'calls' },
  { id: 'livez', label: 'Liveness', type: 'calls' },
  { id: 'readyz', label: 'Readiness', type: 'calls' },
  { id: 'hooks', label: 'Hooks', type: 'marks', kinds: ['hook', 'signal'] },
  { id: 'commits', label: 'Commits', type: 'marks', kinds: ['site'] },
  { id: 'config', label: 'Labels, settings', type: 'marks', kinds: ['labels', 'settings'] },
  { id: 'containers', label: 'Containers', type: 'marks', kinds: ['restart', 'container'] },
  { id: 'chaos', label: 'Chaos', type: 'bands' },
];

/** The states of the lifecycle one after the other; the last one lasts until `now`. */
export function lifecycleBands(events, now) {
  const states = events.filter(({ kind }) => kind === 'state');
  return states.map(({ at, state, text }, index) => ({ from: at, to: states[index + 1]?.at ?? now, state, text }));
}

/** The earlier runs of the process, with how each ended. */
export function lifeBands(lives) {
  return lives.map(({ number, startedAt, endedAt, exitCode, signal, reason }) => {
    const how = [signal, exitCode !== undefined && `exit code ${exitCode}`, reason].filter(Boolean).join(', ');
    return {
      from: startedAt,
      to: endedAt,
      state: exitCode === 0 ? 'exited' : 'killed',
      text: `run ${number}: ${how}`,
    };
  });
}

/** Each chaos control from its start to its end: the planned one, or an earlier one where it was ended. */
export function chaosBands(events, now) {
  const chaos = events.filter(({ kind }) => kind === 'chaos');
  return chaos
    .filter(({ until }) => until !== undefined)
    .map(({ at, name, text, until }) => {
      const over = chaos.find((event) => event.at >= at && event.until === undefined && event.name === name);
      return { from: at, to: Math.min(until, over?.at ?? until, Math.max(now, at)), state: 'chaos', text };
    });
}

/** The entries of a row, oldest first. */
export function rowEntries(row, { events, calls, lives = [] }, now) {
  if (row.id === 'lifecycle') return [...lifeBands(lives), ...lifecycleBands(events, now)];
  if (row.id === 'chaos') return chaosBands(events, now);
  if (row.type === 'calls') return calls.filter(({ probe }) => probe === row.id);
  return events.filter(({ kind }) => row.kinds.includes(kind));
}

/** The entry of a row at a moment: the band that covers it, or the last mark or call before it. */
export function entryAt(row, entries, at) {
  if (row.type === 'bands') return entries.findLast(({ from, to }) => from <= at && at <= to);
  return entries.findLast((entry) => entry.at <= at);
}
