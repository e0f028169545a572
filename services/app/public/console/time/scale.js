/** Milliseconds to pixels and back. */
export function timeScale({ from, to }, width) {
  const perMs = width / (to - from);
  return {
    from,
    to,
    width,
    x: (at) => (at - from) * perMs,
    at: (x) => from + x / perMs,
  };
}

const second = 1000;
const minute = 60 * second;
const steps = [1, 2, 5, 10, 15, 30].flatMap((count) => [count * second, count * minute]).toSorted((a, b) => a - b);

/** Round times for the labels of an axis, at least `gap` pixels apart. */
export function timeTicks({ from, to, width }, gap = 88) {
  const wanted = ((to - from) / Math.max(width, 1)) * gap;
  const step = steps.find((one) => one >= wanted) ?? steps.at(-1);
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return { ticks, hasSeconds: step < minute };
}
