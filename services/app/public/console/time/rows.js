/** Rows of the time axis: bands last, marks happen, calls are probes. `kinds` are those of the timeline's events. */
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

/** The lives of the process before this one, as they ended. */
export function lifeBands(lives) {
  return lives.map(({ number, startedAt, endedAt, exitCode, signal, reason }) => {
    const how = [signal, exitCode !== undefined && `exit code ${exitCode}`, reason].filter(Boolean).join(', ');
    return {
      from: startedAt,
      to: endedAt,
      state: exitCode === 0 ? 'exited' : 'killed',
      text: `life ${number}: ${how}`,
    };
  });
}

/** Each control from its beginning to its end: the one that was foreseen, or the earlier one that was noted. */
export function chaosBands(events, now) {
  const chaos = events.filter(({ kind }) => kind === 'chaos');
  return chaos
    .filter(({ until }) => until !== undefined)
    .map(({ at, name, text, until }) => {
      const over = chaos.find((event) => event.at >= at && event.until === undefined && event.name === name);
      return { from: at, to: Math.min(until, over?.at ?? until, Math.max(now, at)), state: 'chaos', text };
    });
}

/** What a row holds, oldest first. */
export function rowEntries(row, { events, calls, lives = [] }, now) {
  if (row.id === 'lifecycle') return [...lifeBands(lives), ...lifecycleBands(events, now)];
  if (row.id === 'chaos') return chaosBands(events, now);
  if (row.type === 'calls') return calls.filter(({ probe }) => probe === row.id);
  return events.filter(({ kind }) => row.kinds.includes(kind));
}

/** What a row says of a moment: the band that lasts, or the last mark or call before it. */
export function entryAt(row, entries, at) {
  if (row.type === 'bands') return entries.findLast(({ from, to }) => from <= at && at <= to);
  return entries.findLast((entry) => entry.at <= at);
}
