import { type MapFile, parseMapFile } from '@podkit/downward/map-file';
import type { Snapshot } from '@podkit/downward/volume';

/** All that a Pod knows about itself at one moment. */
export type Facts = {
  /** Labels and annotations, from files only; faults name the lines that could not be read. */
  labels: MapFile | undefined;
  annotations: MapFile | undefined;
  /** Every other file of the volume, as it is. */
  files: Record<string, string>;
  /** From the environment; fixed when the container started. */
  environment: Record<string, string>;
  /** What is not there, and how to have it. */
  missing: string[];
};

/** By convention of the Kubernetes documentation; the values come by fieldRef or resourceFieldRef. */
const variables = [
  'POD_NAME',
  'POD_NAMESPACE',
  'POD_UID',
  'POD_IP',
  'POD_IPS',
  'HOST_IP',
  'HOST_IPS',
  'NODE_NAME',
  'SERVICE_ACCOUNT',
  'CPU_LIMIT',
  'CPU_REQUEST',
  'MEMORY_LIMIT',
  'MEMORY_REQUEST',
  'ZONE',
  'REGION',
] as const;

/** Put a snapshot of the volume and the environment together. */
export function factsOf(
  snapshot: Snapshot | undefined,
  directory: string,
  env: Record<string, string | undefined>,
): Facts {
  const { labels, annotations, ...files } = snapshot?.files ?? {};
  const environment = Object.fromEntries(variables.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const missing = [
    ...(snapshot === undefined ? [`no volume at ${directory}; mount a downwardAPI volume there`] : []),
    ...(snapshot !== undefined && labels === undefined
      ? ['no file labels in the volume (fieldRef metadata.labels)']
      : []),
    ...variables.slice(0, 2).flatMap((name) => (environment[name] ? [] : [`no ${name} in the environment (fieldRef)`])),
  ];
  return { labels: parseIfThere(labels), annotations: parseIfThere(annotations), files, environment, missing };
}

const parseIfThere = (text: string | undefined): MapFile | undefined =>
  text === undefined ? undefined : parseMapFile(text);
