import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricLabelNames } from '../src/metrics/metric-labels.ts';

describe('the names that labels have as metrics', () => {
  test('are those of kube-state-metrics', () => {
    expect([...metricLabelNames(['app.kubernetes.io/name', 'podTemplateHash', 'tier'])]).toEqual([
      ['app.kubernetes.io/name', 'label_app_kubernetes_io_name'],
      ['podTemplateHash', 'label_pod_template_hash'],
      ['tier', 'label_tier'],
    ]);
  });

  test('are numbered where they would be the same', () => {
    expect([...metricLabelNames(['a_b', 'a-b', 'a.b', 'a-b'])]).toEqual([
      ['a-b', 'label_a_b_conflict1'],
      ['a.b', 'label_a_b_conflict2'],
      ['a_b', 'label_a_b_conflict3'],
    ]);
  });

  test('are valid in Prometheus, whatever the labels are', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (labels) => {
        const names = [...metricLabelNames(labels).values()];
        expect(names.every((name) => /^[a-z_][a-z0-9_]*$/.test(name))).toBe(true);
      }),
    );
  });
});
