import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { parse } from 'yaml';
import { httpCheck, type Probe } from './probe.ts';

export type Probes = { startup: Probe; liveness: Probe; readiness: Probe };

type ProbeSpec = {
  httpGet?: { path: string; port: string };
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
  successThreshold?: number;
};
type ContainerSpec = { name: string } & Partial<Record<`${keyof Probes}Probe`, ProbeSpec>>;
type PodSpec = { initContainers?: ContainerSpec[]; containers: ContainerSpec[] };

const manifest = join(import.meta.dirname, '..', '..', 'k8s', 'base', 'podkit.yaml');

/**
 * The probes that a container has in k8s/base, sent to `ports`, by the names the manifest gives them.
 *
 * @throws {PodkitError} ERR_MANIFEST where one is missing or is not an HTTP probe
 */
export function manifestProbes(container: string, ports: Readonly<Record<string, number>>): Probes {
  const { spec } = parse(readFileSync(manifest, 'utf8')) as { spec: { template: { spec: PodSpec } } };
  const { initContainers = [], containers } = spec.template.spec;
  const found = [...initContainers, ...containers].find(({ name }) => name === container);
  const read = (kind: keyof Probes): Probe => {
    const probe = found?.[`${kind}Probe`];
    const port = ports[probe?.httpGet?.port ?? ''];
    if (probe?.httpGet === undefined || port === undefined)
      throw new PodkitError('ERR_MANIFEST', `k8s/base/podkit.yaml: container ${container}: no HTTP ${kind} probe`);
    return {
      check: httpCheck(`http://127.0.0.1:${port}${probe.httpGet.path}`),
      // Kubernetes' defaults.
      period: 1000 * (probe.periodSeconds ?? 10),
      timeout: 1000 * (probe.timeoutSeconds ?? 1),
      failureThreshold: probe.failureThreshold ?? 3,
      successThreshold: probe.successThreshold ?? 1,
    };
  };
  return { startup: sooner(read('startup')), liveness: read('liveness'), readiness: read('readiness') };
}

/** The same total time, probed ten times as often, because a person is waiting. */
function sooner(probe: Probe): Probe {
  return { ...probe, period: probe.period / 10, failureThreshold: probe.failureThreshold * 10 };
}
