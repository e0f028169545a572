/**
 * Prometheus label names for labels of a Pod, by the rules of kube-state-metrics' kube_pod_labels: `label_` and the name in
 * snake case, where a character that Prometheus forbids is an underscore. Names that become the same are numbered
 * `_conflict1`, `_conflict2`, … in the order of the alphabet.
 *
 * All that are allowed are named together, so that a name does not depend on which labels a Pod happens to have.
 * Source: https://github.com/kubernetes/kube-state-metrics/blob/main/internal/store/utils.go
 */
export function metricLabelNames(allowed: readonly string[]): Map<string, string> {
  const bySanitised = Map.groupBy([...new Set(allowed)].sort(), sanitised);
  return new Map(
    [...bySanitised].flatMap(([name, labels]) =>
      labels.map((label, index) => [label, labels.length === 1 ? name : `${name}_conflict${index + 1}`] as const),
    ),
  );
}

function sanitised(label: string): string {
  const valid = label.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return `label_${valid.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()}`;
}
