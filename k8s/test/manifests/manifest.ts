import type * as k8s from '@kubernetes/client-node';

/** An object of the Kubernetes API as it is in YAML. */
export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: unknown;
  data?: Record<string, string>;
};

/** An ingress rule of a NetworkPolicy. The generated client has `_from` for what is `from` in YAML. */
export type IngressRule = { from?: k8s.V1NetworkPolicyPeer[]; ports?: k8s.V1NetworkPolicyPort[] };
type NetworkPolicySpec = Omit<k8s.V1NetworkPolicySpec, 'ingress'> & { ingress?: IngressRule[] };

/** The type of `spec`, by kind. */
export type Specs = {
  HTTPRoute: { rules: { backendRefs: { name: string; port: number }[] }[] };
  Ingress: k8s.V1IngressSpec;
  NetworkPolicy: NetworkPolicySpec;
  Pod: k8s.V1PodSpec;
  PodMonitor: { selector: k8s.V1LabelSelector; podMetricsEndpoints: { port: string }[] };
  Service: k8s.V1ServiceSpec;
  StatefulSet: k8s.V1StatefulSetSpec;
};
export type Kind = keyof Specs;
export type Of<K extends Kind> = Manifest & { kind: K; spec: Specs[K] };

/** `Kind/name`: how violations and exceptions name an object. */
export const describeManifest = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

export const isKind = <K extends Kind>(object: Manifest, kind: K): object is Of<K> => object.kind === kind;

/** Whether a selector matches these labels. An empty one matches all, as the API defines it. */
export function selects(selector: k8s.V1LabelSelector | undefined, labels: Record<string, string>): boolean {
  if (selector === undefined) return false;
  const byLabel = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return byLabel && (selector.matchExpressions ?? []).length === 0;
}
