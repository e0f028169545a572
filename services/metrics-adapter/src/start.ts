import { reportGood } from '@podkit/chassis/process/report-good';
import type { Context, Host } from '@podkit/chassis/process/service';
import { Adapter } from './adapter.ts';
import { loadAdapterConfig } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { loadWebConfig } from './http/web-config.ts';
import { openFileLimit } from './tail/open-file-limit.ts';

/** Check the file with `--check-config`; otherwise serve the metrics of its sources until the service stops. */
export async function startAdapter(context: Context<Settings>, host: Host): Promise<void> {
  const { config, log, metrics } = context;
  const adapterConfig = await loadAdapterConfig(config.config);
  const web = config.webConfigFile === undefined ? undefined : await loadWebConfig(config.webConfigFile);
  const { stdin, stdout } = host;
  const { registry } = metrics;
  const adapter = new Adapter({ config: adapterConfig, log, stdin, stdout, registry, openFiles: openFileLimit() });
  if (config.checkConfig) return reportGood(host, config.config);
  const { serve } = await import('./serve.ts');
  await serve(context, { adapter, web, host });
}
