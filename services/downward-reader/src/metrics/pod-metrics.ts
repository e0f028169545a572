import type { StreamCounts } from '@podkit/chassis/http/sse';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Document } from '../document/document.ts';
import { metricLabelNames } from './metric-labels.ts';

export type PodMetricsOptions = {
  registry: Registry;
  document: () => Document;
  streams: () => StreamCounts;
  changes: () => number;
  /** Pod labels that become metric labels. With all of them, anybody who labels Pods could make series. */
  allowedLabels: readonly string[];
  /** `kube` gives the names of kube-state-metrics, for clusters without it: two metrics of one name would be joined wrongly. */
  names: 'downward' | 'kube';
};

/** The Pod as metrics, in the manner of kube-state-metrics' kube_pod_info and kube_pod_labels. Values are read when scraped. */
export function registerPodMetrics({
  registry,
  document,
  streams,
  changes,
  allowedLabels,
  names,
}: PodMetricsOptions): void {
  const registers = [registry];
  const field = (name: string) => String(document().fields.find((one) => one.name === name)?.value ?? '');
  const identity = { namespace: 'metadata.namespace', pod: 'metadata.name', uid: 'metadata.uid' };
  const info = {
    ...identity,
    host_ip: 'status.hostIP',
    pod_ip: 'status.podIP',
    node: 'spec.nodeName',
    service_account: 'spec.serviceAccountName',
  };
  const fillLabels = (labels: Record<string, string>) =>
    Object.fromEntries(Object.entries(labels).map(([label, name]) => [label, field(name)]));
  const gauge = (name: string, help: string, labelNames: string[], collect: (self: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        collect(this);
      },
    });
  gauge(`${names}_pod_info`, 'The Pod; always 1.', Object.keys(info), (self) => self.set(fillLabels(info), 1));
  if (allowedLabels.length > 0) {
    const allowed = metricLabelNames(allowedLabels);
    const labelNames = [...Object.keys(identity), ...allowed.values()];
    gauge(
      `${names}_pod_labels`,
      'Labels of the Pod that DOWNWARD_METRIC_LABELS allows; always 1.',
      labelNames,
      (self) => {
        const values = document().labels?.values ?? {};
        const own = [...allowed].map(([label, name]) => [name, values[label] ?? '']);
        self.set({ ...fillLabels(identity), ...Object.fromEntries(own) }, 1);
      },
    );
  }
  gauge(
    'downward_limit_cpu_cores',
    'CPU limit in cores, by source: volume, environment or cgroup.',
    ['source'],
    (self) => limits(self, document(), 'limits.cpu', 0.001),
  );
  gauge(
    'downward_limit_memory_bytes',
    'Memory limit in bytes, by source: volume, environment or cgroup.',
    ['source'],
    (self) => limits(self, document(), 'limits.memory', 1),
  );
  gauge('downward_warnings', 'Number of warnings of the document.', [], (self) => self.set(document().warnings.length));
  gauge(
    'downward_unreadable_files',
    'Files and folders of the volume that are not read now; the document names them in volume.unreadable.',
    [],
    (self) => self.set(document().volume.unreadable.length),
  );
  gauge('downward_last_change_id', 'Number of the newest change.', [], (self) => self.set(changes()));
  gauge('downward_streams', 'Clients of /events.', [], (self) => self.set(streams().open));
  const dropped: Counter = new Counter({
    name: 'downward_dropped_clients_total',
    help: 'Clients of /events that were dropped: too much waited for them (buffer_full), or they took nothing (stalled).',
    labelNames: ['reason'],
    registers,
    collect: () => {
      dropped.reset();
      for (const [reason, count] of Object.entries(streams().dropped)) dropped.inc({ reason }, count);
    },
  });
}

function limits(self: Gauge, { resources }: Document, name: 'limits.cpu' | 'limits.memory', scale: number): void {
  const { volume, environment, cgroup } = resources[name];
  for (const [source, value] of Object.entries({ volume, environment, cgroup })) {
    if (typeof value === 'number') self.set({ source }, value * scale);
  }
}
