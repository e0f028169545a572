import { settingsTable } from '@podkit/chassis/config/help';
import type { TObject } from 'typebox';
import { schema as ambassador } from '../../../services/ambassador/src/config.ts';
import { configSchema as app } from '../../../services/app/src/config.ts';
import { configSchema as downwardReader } from '../../../services/downward-reader/src/config.ts';
import { schema as gitSync } from '../../../services/git-sync/src/config/schema.ts';
import { settingsSchema as metricsAdapter } from '../../../services/metrics-adapter/src/config/settings.ts';
import { LogCounts } from '../../../services/metrics-adapter/src/logs/counts.ts';
import { logMetrics } from '../../../services/metrics-adapter/src/logs/self-metrics.ts';
import { storeMetrics } from '../../../services/metrics-adapter/src/own-metrics.ts';
import { SeriesStore } from '../../../services/metrics-adapter/src/series/store.ts';
import { StatsdCounts } from '../../../services/metrics-adapter/src/statsd/counts.ts';
import { statsdMetrics } from '../../../services/metrics-adapter/src/statsd/self-metrics.ts';

type Operation = { summary?: string; security?: Record<string, unknown>[] };
type ApiDescription = { info: { title: string }; paths: Record<string, Record<string, Operation>> };

/** An OpenAPI document, and where the service has it. */
export type Api = { path: string; description: ApiDescription };

const settings: Record<string, [schema: TObject, prefix: string]> = {
  ambassador: [ambassador, 'AMBASSADOR_'],
  app: [app, 'APP_'],
  'downward-reader': [downwardReader, 'DOWNWARD_'],
  'git-sync': [gitSync, 'GITSYNC_'],
  'metrics-adapter': [metricsAdapter, 'ADAPTER_'],
};

const table = (columns: string[], rows: string[][]): string =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const codes = (names: string[]): string => [...new Set(names)].map((name) => `\`${name}\``).join(', ');

/** Methods of one path with the same response are one row. */
function endpoints({ path: source, description: { info, paths } }: Api): string {
  const rows = Object.entries(paths).flatMap(([path, operations]) => {
    const methods = new Map<string, string[]>();
    for (const [method, { summary = '', security = [] }] of Object.entries(operations)) {
      const response = `${summary} | ${codes(security.flatMap((one) => Object.keys(one)))}`;
      methods.set(response, [...(methods.get(response) ?? []), method.toUpperCase()]);
    }
    return [...methods].map(([response, names]) => [`\`${path}\``, names.join(', '), response]);
  });
  const head = `### ${info.title}\n\n\`${source}\` has the whole description.`;
  return `${head}\n\n${table(['path', 'methods', 'answer', 'secret'], rows)}`;
}

/** The adapter's own metrics with a label that is empty until something is counted, and then not in a scrape. */
const adapterMetrics = [
  ...storeMetrics([['', new SeriesStore().counts('')]], 0),
  ...statsdMetrics('', new StatsdCounts(), { mappings: 0, kernelDrops: 0 }),
  ...logMetrics('', new LogCounts(), 0),
];

/** The label names of a metric, from its definition or from its samples in a scrape. */
function labels(scrape: string, metric: string): string {
  const defined = adapterMetrics.find(({ name }) => `adapter_${name}` === metric)?.samples[0]?.labels;
  if (defined !== undefined) return codes(Object.keys(defined));
  const samples = scrape.match(new RegExp(`^${metric}(?:_count)?\\{.*`, 'gm')) ?? [];
  return codes(samples.flatMap((sample) => [...sample.matchAll(/(\w+)="/g)].map(([, name = '']) => name)));
}

/** The metrics of a scrape in Prometheus' text format. Those that prom-client adds to every process are one row. */
function metrics(scrape: string): string {
  const types = new Map([...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const rows = [...scrape.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .filter(([, name = '']) => !/^(adapter_)?(process|nodejs)_/.test(name))
    .map(([, name = '', help = '']) => [
      `\`${name}\``,
      types.get(name) ?? '',
      labels(scrape, name),
      help.replaceAll('|', '\\|'),
    ]);
  const [, start = ''] = /^# HELP (.*)process_/m.exec(scrape) ?? [];
  const own = [
    `\`${start}process_*\`, \`${start}nodejs_*\``,
    '',
    '',
    'The process and its runtime, as prom-client names them.',
  ];
  return table(
    ['metric', 'type', 'labels', 'meaning'],
    [...rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)), own],
  );
}

/** What docs/reference has about a service. */
export function referencePage(name: string, apis: Api[], scrape: string): string {
  const [schema, prefix] = settings[name] ?? [];
  if (schema === undefined || prefix === undefined) throw new Error(`no settings of ${name}`);
  return `# Reference of ${name}

Settings, HTTP endpoints and metrics. \`npm run generate\` makes this page from the code. The
[README](../../services/${name}/README.md) explains the service.

## Settings

${settingsTable(schema, prefix)}

## Endpoints

${apis.map(endpoints).join('\n\n')}

## Metrics

${metrics(scrape)}
`;
}
