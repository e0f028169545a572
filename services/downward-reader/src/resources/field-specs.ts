/** How a value is read: text as it is, a CPU quantity, or a quantity of bytes. */
export type Kind = 'text' | 'list' | 'integer' | 'cpu' | 'bytes';

/** One field of the Downward API, with the names of its variables and files. */
export type FieldSpec = {
  name: string;
  kind: Kind;
  /** Environment variables, the usual one first; none if the API gives the field as a file only. */
  variables: readonly string[];
  /** Paths in the volume, the usual one first; none if the API gives the field as a variable only. */
  files: readonly string[];
};

const both = (name: string, kind: Kind, variables: readonly string[], files: readonly string[]): FieldSpec => {
  return { name, kind, variables, files };
};
const byEnvironment = (name: string, kind: Kind, ...variables: string[]): FieldSpec => both(name, kind, variables, []);

/** A CPU or memory quantity: first the names that end in the divisor (`cpu_m`, `memory_mi`), then those without it. */
function quantity(side: 'limits' | 'requests', resource: string, kind: Kind, suffixes: readonly string[]): FieldSpec {
  const one = side.slice(0, -1);
  const stems = resource === 'memory' ? ['memory', 'mem'] : [resource.replace('-', '_')];
  const named = [...suffixes, ''].flatMap((end) => stems.map((stem) => ({ stem, end })));
  const variables = named.flatMap(({ stem, end }) => [`${stem}_${one}${end}`, `${one}_${stem}${end}`]);
  const examples = stems.map((stem) => `my_${stem}_${one}`);
  const files = named.flatMap(({ stem, end }) => [`${side}/${stem}${end}`, `${stem}_${one}${end}`]);
  return both(
    `${side}.${resource}`,
    kind,
    [...variables, ...examples].map((name) => name.toUpperCase()),
    files,
  );
}

const bytesEndings = ['_bytes', '_ki', '_mi', '_gi'];

/**
 * Every field that the Downward API offers, and by which method.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
export const fieldSpecs: readonly FieldSpec[] = [
  both('metadata.name', 'text', ['POD_NAME'], ['name', 'pod_name']),
  both('metadata.namespace', 'text', ['POD_NAMESPACE'], ['namespace', 'pod_namespace']),
  both('metadata.uid', 'text', ['POD_UID'], ['uid', 'pod_uid']),
  both(
    "metadata.labels['apps.kubernetes.io/pod-index']",
    'integer',
    ['POD_INDEX', 'ORDINAL'],
    ['ordinal', 'pod_index'],
  ),
  both("metadata.labels['topology.kubernetes.io/zone']", 'text', ['ZONE'], ['zone']),
  both("metadata.labels['topology.kubernetes.io/region']", 'text', ['REGION'], ['region']),
  byEnvironment('spec.nodeName', 'text', 'NODE_NAME'),
  byEnvironment('spec.serviceAccountName', 'text', 'SERVICE_ACCOUNT', 'POD_SERVICE_ACCOUNT'),
  byEnvironment('status.podIP', 'text', 'POD_IP'),
  byEnvironment('status.podIPs', 'list', 'POD_IPS'),
  byEnvironment('status.hostIP', 'text', 'HOST_IP'),
  byEnvironment('status.hostIPs', 'list', 'HOST_IPS'),
  quantity('limits', 'cpu', 'cpu', ['_m']),
  quantity('limits', 'memory', 'bytes', bytesEndings),
  quantity('limits', 'ephemeral-storage', 'bytes', bytesEndings),
  quantity('requests', 'cpu', 'cpu', ['_m']),
  quantity('requests', 'memory', 'bytes', bytesEndings),
  quantity('requests', 'ephemeral-storage', 'bytes', bytesEndings),
  quantity('limits', 'hugepages-2Mi', 'bytes', bytesEndings),
  quantity('limits', 'hugepages-1Gi', 'bytes', bytesEndings),
  both('metadata.labels', 'text', [], ['labels']),
  both('metadata.annotations', 'text', [], ['annotations']),
];
