import { settingsTable } from '@podkit/chassis/config/help';
import type { TObject } from 'typebox';
import { schema as ambassador } from '../../../services/ambassador/src/config.ts';
import { configSchema as app } from '../../../services/app/src/config.ts';
import { configSchema as downwardReader } from '../../../services/downward-reader/src/config.ts';
import { schema as gitSync } from '../../../services/git-sync/src/config/schema.ts';
import { settingsSchema as metricsAdapter } from '../../../services/metrics-adapter/src/config/settings.ts';

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

/** Methods of one path with the same answer are one row. */
function endpoints({ path: source, description: { info, paths } }: Api): string {
  const rows = Object.entries(paths).flatMap(([path, operations]) => {
    const methods = new Map<string, string[]>();
    for (const [method, { summary = '', security = [] }] of Object.entries(operations)) {
      const secrets = security.flatMap((one) => Object.keys(one)).map((name) => `\`${name}\``);
      const answer = `${summary} | ${secrets.join(', ')}`;
      methods.set(answer, [...(methods.get(answer) ?? []), method.toUpperCase()]);
    }
    return [...methods].map(([answer, names]) => [`\`${path}\``, names.join(', '), answer]);
  });
  const head = `### ${info.title}\n\n\`${source}\` has the whole description.`;
  return `${head}\n\n${table(['path', 'methods', 'answer', 'secret'], rows)}`;
}

/** The metrics of a scrape in Prometheus' text format. Those that prom-client adds to every process are one row. */
function metrics(scrape: string): string {
  const types = new Map([...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const rows = [...scrape.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .filter(([, name = '']) => !/^(adapter_)?(process|nodejs)_/.test(name))
    .map(([, name = '', help = '']) => [`\`${name}\``, types.get(name) ?? '', help.replaceAll('|', '\\|')]);
  const [, start = ''] = /^# HELP (.*)process_/m.exec(scrape) ?? [];
  const own = [
    `\`${start}process_*\`, \`${start}nodejs_*\``,
    '',
    'The process and its runtime, as prom-client names them.',
  ];
  return table(['metric', 'type', 'meaning'], [...rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)), own]);
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
