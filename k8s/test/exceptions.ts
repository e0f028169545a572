/** What the checks leave out on purpose, each with its reason. Nothing else is left out. */
export const exceptions = {
  /** Kinds of custom resources: their fields are defined by what a cluster has installed, not by Kubernetes. */
  customKinds: {
    PodMonitor: 'of the Prometheus operator',
    HTTPRoute: 'of the Gateway API',
  },
  /** Sets whose Pods need no NetworkPolicy and no PodDisruptionBudget. */
  smallSets: {
    'patterns/': 'a pattern shows one thing; the base shows isolation and disruption budgets',
  },
  /** Containers that run once, or only stand by, and so have no probes. */
  unprobed: {
    clone: 'an init container that ends: its exit code is its probe',
  },
  /** One replica: a second would be another database, not a copy; a real cluster uses a managed or an operated one. */
  singletons: { redis: 'a database', postgres: 'a database', 'git-server': 'a demonstration' },
} as const;
