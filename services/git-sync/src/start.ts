import { reportGood } from '@podkit/chassis/process/report-good';
import { readRepositories } from './config/repositories.ts';
import type { GitSyncContext, ServeInput } from './serve.ts';

/** Check the settings with `--check-config`; otherwise sync until the service stops, or once. */
export async function startGitSync(context: GitSyncContext, input: Omit<ServeInput, 'named'>): Promise<void> {
  const { configFile, checkConfig, groupWrite } = context.config;
  const named = await readRepositories(context.config);
  if (checkConfig) return reportGood(input.host, configFile ?? 'the settings');
  input.host.umask(groupWrite ? 0o002 : 0o022);
  const { serve } = await import('./serve.ts');
  await serve(context, { ...input, named });
}
