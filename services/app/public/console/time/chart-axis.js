/**
 * The top of a chart and the values at its axis. The chart shows the limit, unless all values are below a tenth of it and
 * would lie flat at the bottom.
 */
export function valueAxis(highest, limit, binary = false) {
  if (!(highest > 0)) return { top: 1, splits: [0] };
  if (limit !== undefined && highest > limit / 10)
    return { top: Math.max(limit, highest) * 1.1, splits: [0, limit / 2, limit] };
  const top = roundUp(highest * 1.1, binary);
  return { top, splits: [0, top / 2, top] };
}

/** The next 1, 2, 4 or 6 times a power of ten; of bytes, the next 1 or 1.5 times a power of two. */
export function roundUp(value, binary) {
  if (binary) {
    const power = 2 ** Math.floor(Math.log2(value));
    return [1, 1.5, 2].map((factor) => factor * power).find((one) => one >= value);
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 10].map((factor) => factor * power).find((one) => one >= value * (1 - 1e-9));
}
