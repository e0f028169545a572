/**
 * Probe calls as three SVG paths: successful ones, failed ones, and those failed by chaos. Each pixel gets one tick at most;
 * where several calls share a pixel, the worst is drawn.
 */
export function tickPaths(calls, scale, height) {
  const worst = new Map();
  for (const { at, ok, chaos } of calls) {
    if (at < scale.from || at > scale.to) continue;
    const x = Math.round(scale.x(at));
    worst.set(x, Math.max(worst.get(x) ?? 0, ok ? 0 : chaos ? 1 : 2));
  }
  const paths = ['', '', ''];
  for (const [x, rank] of worst) {
    const inset = rank === 0 ? height / 4 : 1;
    paths[rank] += `M${x + 0.5} ${inset}V${height - inset}`;
  }
  const [ok, chaos, failed] = paths;
  return { ok, chaos, failed };
}

/** Groups of marks that would overlap. */
export function markGroups(marks, scale, gap = 8) {
  const groups = [];
  for (const mark of marks) {
    if (mark.at < scale.from || mark.at > scale.to) continue;
    const x = scale.x(mark.at);
    const last = groups.at(-1);
    if (last !== undefined && x - last.x < gap) last.marks.push(mark);
    else groups.push({ x, marks: [mark] });
  }
  return groups;
}
