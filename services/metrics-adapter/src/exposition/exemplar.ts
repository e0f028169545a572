import { parseLabelsText } from '../series/labels.ts';

/** Maximum length of the label names and values of an exemplar together, in code points without escapes. */
const longestExemplar = 128;

/**
 * Whether the labels of an exemplar, as `labelsText` writes them, are within the limit of OpenMetrics 1.0:
 * https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
 */
export function fitsExemplar(labels: string): boolean {
  // With quotes and escapes the text is never shorter than the names and values alone.
  if (labels.length <= longestExemplar) return true;
  let length = 0;
  for (const [name, value] of parseLabelsText(labels)) length += Array.from(name).length + Array.from(value).length;
  return length <= longestExemplar;
}
