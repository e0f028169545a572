import { settingsTable } from '@podkit/chassis/config/help';
import type { TObject } from 'typebox';
import { schema as ambassador } from '../../../services/ambassador/src/config.ts';
import { configSchema as app } from '../../../services/app/src/config.ts';
import { configSchema as downwardReader } from '../../../services/downward-reader/src/config.ts';
import { schema as gitSync } from '../../../services/git-sync/src/config/schema.ts';
import { settingsSchema as metricsAdapter } from '../../../services/metrics-adapter/src/config/settings.ts';

type Operation = { summary?: string; security?: Record<string, unknown>[] };
export type ApiDescription = { info: { title: string }; paths: Record<string, Record<string, Operation>> };

const settings: Record<string, [schema: TObject, prefix: string]> = {
  ambassador: [ambassador, 'AMBASSADOR_'],
  app: [app, 'APP_'],
  'downward-reader': [downwardReader, 'DOWNWARD_'],
  'git-sync': [gitSync, 'GITSYNC_'],
  'metrics-adapter': [metricsAdapter, 'ADAPTER_'],
};

const table = (columns: string[], rows: string[][]): string =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function endpoints({ info, paths }: ApiDescription): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary = '', security = [] }]) => {
      const secrets = security.flatMap((one) => Object.keys(one)).map((name) => `\`${name}\``);
      return [`\`${method.toUpperCase()} ${path}\``, summary, secrets.join(', ')];
    }),
  );
  return `### ${info.title}\n\n${table(['request', 'answer', 'secret'], rows)}`;
}

/** The metrics of a scrape in Prometheus' text format. Those that prom-client adds to every process are one row. */
function metrics(scrape: string): string {
  const types = new Map([...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const rows = [...scrape.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .filter(([, name = '']) => !/^(adapter_)?(process|nodejs)_/.test(name))
    .map(([, name = '', help = '']) => [`\`${name}\``, types.get(name) ?? '', help.replaceAll('|', '\\|')]);
  const own = ['`process_*`, `nodejs_*`', '', 'The process and its runtime, as prom-client names them.'];
  return table(['metric', 'type', 'meaning'], [...rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)), own]);
}

/** What docs/reference has about a service. */
export function referencePage(name: string, documents: ApiDescription[], scrape: string): string {
  const [schema, prefix] = settings[name] ?? [];
  if (schema === undefined || prefix === undefined) throw new Error(`no settings of ${name}`);
  return `# Reference of ${name}

Settings, HTTP endpoints and metrics. \`npm run generate\` makes this page from the code. The
[README](../../services/${name}/README.md) explains the service.

## Settings

${settingsTable(schema, prefix)}

## Endpoints

${documents.map(endpoints).join('\n\n')}

## Metrics

${metrics(scrape)}
`;
}
