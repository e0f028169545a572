import type { DemoRepository } from './demo-repository.ts';
import type { Folders } from './folders.ts';
import type { Options } from './options.ts';

const at = (port: number, path = '') => `http://localhost:${port}${path}`;

/** The URLs, and what to try first: the lines that follow `All ready`. */
export function urls(options: Options, folders: Folders, demo: DemoRepository | undefined): string[] {
  const kept = options.data !== undefined;
  const rows = [
    ['site', at(options.appPort, '/')],
    ['console', at(options.appAdminPort, '/console/')],
    ['app', `${at(options.appPort, '/api/pod')}   probes ${at(options.appAdminPort, '/readyz?verbose')}`],
    ['git-sync', at(options.gitSyncPort, '/metrics')],
    ['metrics-adapter', `${at(options.adapterPort, '/metrics')}   StatsD ${options.statsdPort}`],
    ['ambassador', `${at(options.ambassadorPort, '/v1.0/metadata')}   Redis endpoint ${options.ambassadorRedisPort}`],
    ['downward-reader', at(options.downwardPort, '/')],
    ['secrets', `${folders.secrets} (tokens and passwords of this run)`],
    ['data', kept ? folders.root : `${folders.root} (removed at the end; keep it with --data=FOLDER)`],
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const table = rows.map(([name = '', where = '']) => `  ${name.padEnd(width)}  ${where}`);
  const edit =
    demo === undefined ? [] : [`  Change the page: cd ${demo.clone} && edit index.html, git commit -am new, git push`];
  return [...table, ...edit, '  Stop: Ctrl-C'];
}
