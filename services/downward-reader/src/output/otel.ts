import type { Document } from '../document/document.ts';

const attributes: Record<string, string> = {
  'metadata.name': 'k8s.pod.name',
  'metadata.namespace': 'k8s.namespace.name',
  'metadata.uid': 'k8s.pod.uid',
  'spec.nodeName': 'k8s.node.name',
  'status.podIP': 'k8s.pod.ip',
  "metadata.labels['topology.kubernetes.io/zone']": 'cloud.availability_zone',
  "metadata.labels['topology.kubernetes.io/region']": 'cloud.region',
};

/**
 * The Pod as OTEL_RESOURCE_ATTRIBUTES: `key=value` joined by commas, values percent-encoded.
 * Source: https://opentelemetry.io/docs/specs/otel/resource/sdk/ and the semantic conventions for Kubernetes.
 */
export function otelAttributes({ fields, labels }: Document): string {
  const pairs = fields.flatMap(({ name, value }) => {
    const attribute = attributes[name];
    return attribute === undefined || value === undefined ? [] : [[attribute, String(value)]];
  });
  const service = labels?.values['app.kubernetes.io/name'];
  if (service !== undefined) pairs.push(['service.name', service]);
  return pairs.map(([key, value = '']) => `${key}=${encodeURIComponent(value)}`).join(',');
}
