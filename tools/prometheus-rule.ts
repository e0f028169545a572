const head = `# Made from alerts.yaml by npm run generate.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: podkit, labels: { app.kubernetes.io/name: podkit } }
spec:
`;

/** The Prometheus operator's object with the groups of a file of rules, which kustomize itself cannot make. */
export const prometheusRule = (rules: string): string =>
  head + rules.slice(rules.indexOf('groups:')).replaceAll(/^(?=.)/gm, '  ');
