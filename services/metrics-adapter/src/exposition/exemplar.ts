import { parseLabelsText } from '../series/labels.ts';

/** Characters (code points, unescaped) of all label names and values of an exemplar. */
const longest = 128;

/**
 * Whether an exemplar's labels, as a text of `labelsText`, are as short as OpenMetrics 1.0 demands:
 * https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
 */
export function fitsExemplar(labels: string): boolean {
  // The text has the quotes and escapes too, so it is never shorter than what counts.
  if (labels.length <= longest) return true;
  let length = 0;
  for (const [name, value] of parseLabelsText(labels)) length += Array.from(name).length + Array.from(value).length;
  return length <= longest;
}
