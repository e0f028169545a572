/** A check that does not hold somewhere, on purpose. `*` stands for anything. */
export type Exception = {
  check: string;
  /** The set, such as `base` or `patterns/*`. */
  in: string;
  /** `Kind/name`, for a container `Kind/name container`. */
  at: string;
  reason: string;
};

/** All that is left out, each with its reason. One that nothing needs any more fails the test. */
export const exceptions: Exception[] = [
  {
    check: 'known-kind',
    in: '*',
    at: 'HTTPRoute/podkit',
    reason: 'Gateway API: its schema is in the cluster that has it; the component is for such a cluster alone',
  },
  {
    check: 'known-kind',
    in: '*',
    at: 'PodMonitor/podkit',
    reason:
      'of the Prometheus operator: its schema is in the cluster that has it; the component is for such a cluster alone',
  },
  {
    check: 'known-kind',
    in: '*',
    at: 'PrometheusRule/podkit',
    reason:
      'of the Prometheus operator: its schema is in the cluster that has it; the component is for such a cluster alone',
  },
  {
    check: 'known-kind',
    in: 'overlays/cloudnative-pg',
    at: 'Cluster/podkit-postgres',
    reason: 'of CloudNativePG: its schema is in the cluster that has it; the workflow holds the overlay against it',
  },
  ...[
    ['network-policy-used', 'NetworkPolicy/podkit-postgres'],
    ['network-policy-ports', 'NetworkPolicy/podkit-postgres'],
    ['network-policy-peers', 'NetworkPolicy/podkit-to-postgres'],
    ['objects-exist', 'StatefulSet/podkit'],
  ].map(([check = '', at = '']) => ({
    check,
    in: 'overlays/cloudnative-pg',
    at,
    reason: 'the operator makes the Pods of PostgreSQL and the Secret with its password',
  })),
  {
    check: 'digest',
    in: '*',
    at: '*',
    reason:
      'images of this repository are built and loaded on the spot, and have no digest before they are pushed; those of Redis and PostgreSQL move with their tag, for security fixes',
  },
  {
    check: 'pull-always',
    in: '*',
    at: '*',
    reason:
      'images that were loaded into kind are in no registry that could be asked; fixed tags make IfNotPresent right',
  },
  {
    check: 'no-node-port',
    in: 'overlays/kind',
    at: 'Service/podkit-node-port',
    reason: 'kind has no load balancer: this port of its one node is what kind.yaml maps to localhost:8080',
  },
  {
    check: 'no-node-port',
    in: 'overlays/kind',
    at: 'Service/podkit-console',
    reason: 'the same for the console, which kind.yaml maps to localhost:8081',
  },
  {
    check: 'no-sub-path',
    in: '*',
    at: 'StatefulSet/postgres *',
    reason:
      'the one line of /etc/passwd that initdb looks up never changes, and the rest of /etc must stay the image’s',
  },
  ...['redis', 'postgres'].map((name) => ({
    check: 'two-replicas',
    in: '*',
    at: `StatefulSet/${name}`,
    reason: 'a second Pod would be another database and no copy; components/external-* take it out for a real one',
  })),
  {
    check: 'two-replicas',
    in: '*',
    at: 'StatefulSet/git-server',
    reason: 'a Git remote for demonstrations, with one volume; components/external-git takes it out for a real one',
  },
  {
    check: 'no-bare-pod',
    in: 'patterns/*',
    at: 'Pod/*',
    reason: 'an example is one Pod on purpose: what it shows happens to that Pod, by a name that its README can use',
  },
  ...['redis', 'git-server'].flatMap((name) => [
    {
      check: 'two-replicas',
      in: 'patterns/*',
      at: `Deployment/${name}`,
      reason: 'what an example talks to is not what it shows; a second Pod would be another store behind one name',
    },
    {
      check: 'rolling-update',
      in: 'patterns/*',
      at: `Deployment/${name}`,
      reason: 'its data is in an emptyDir: two at a time would be two different stores behind one Service',
    },
  ]),
  {
    check: 'disruption-budget',
    in: 'patterns/*',
    at: '*',
    reason: 'an example shows one thing and is deleted after it; the base shows disruption budgets',
  },
  {
    check: 'spread-over-nodes',
    in: 'patterns/*',
    at: '*',
    reason: 'an example shows one thing, on a cluster that may have one node; the base shows the spread',
  },
  {
    check: 'network-policy',
    in: 'patterns/*',
    at: '*',
    reason: 'an example shows one thing, in a namespace of its own that is deleted after it; the base shows isolation',
  },
  {
    check: 'liveness-not-readiness',
    in: 'patterns/termination-grace',
    at: 'Pod/deaf deaf',
    reason: 'a shell that is killed on purpose: one file is all the health it has, and nothing is routed to it',
  },
];

const matches = (pattern: string, text: string) => {
  const [start = '', end] = pattern.split('*', 2);
  return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end);
};

/** Whether an exception is for this place. */
export const isFor = (exception: Exception, check: string, set: string, where: string): boolean =>
  exception.check === check && matches(exception.in, set) && matches(exception.at, where);
