import type { Metrics as ChassisMetrics } from '@podkit/chassis/http/metrics';
import { Counter, Gauge, type Registry, Summary } from 'prom-client';
import type { Metrics, SyncMetrics } from './metrics.ts';

/** Add the metrics of repositories to those of the process; each series has the label `repository` where there are several. */
export function createPrometheus(exposition: ChassisMetrics, several: boolean): Metrics {
  const { registry } = exposition;
  const triggers = new Counter({
    name: 'git_sync_trigger_count_total',
    help: 'Requests to POST /sync, by outcome.',
    labelNames: ['status'],
    registers: [registry],
  });
  return {
    forRepository: syncMetrics(registry, several),
    trigger: (status) => triggers.inc({ status }),
    exposition,
  };
}

/**
 * Upstream's metrics with its names and labels, and a few of ours. With one repository there is no label `repository`,
 * so that upstream's dashboards can be used.
 */
function syncMetrics(registry: Registry, several: boolean): (repository: string) => SyncMetrics {
  const extra = several ? ['repository'] : [];
  const registers = [registry];
  const counter = (name: string, help: string, ...labels: string[]) =>
    new Counter({ name, help, labelNames: [...labels, ...extra], registers });
  const gauge = (name: string, help: string, ...labels: string[]) =>
    new Gauge({ name, help, labelNames: [...labels, ...extra], registers });

  const durations = new Summary({
    name: 'git_sync_duration_seconds',
    help: 'Time of a pass.',
    labelNames: ['status', ...extra],
    percentiles: [],
    registers,
  });
  const passes = counter(
    'git_sync_count_total',
    'Passes, by status: success (changed, or the first), noop or error.',
    'status',
  );
  const updates = counter('git_fetch_count_total', 'Passes that changed the published tree.');
  const askpass = counter('git_sync_askpass_calls', 'Calls of --askpass-url, by status.', 'status');
  const app = counter('git_sync_refresh_github_app_token_count', 'GitHub App token renewals, by status.', 'status');
  const hooks = counter('git_sync_hook_run_count_total', 'Hook runs, by hook and status.', 'name', 'status');
  const verified = counter('git_sync_verification_count_total', 'Signature checks, by status.', 'status');
  const refused = gauge('git_sync_unverified', '1 while a commit without a good signature is held back.');
  const stuck = counter(
    'git_sync_cleanup_error_count_total',
    'Failed removals of superseded checkouts; each pass tries again.',
  );
  const last = gauge('git_sync_last_success_timestamp_seconds', 'When the last pass succeeded.');
  const info = gauge('git_sync_hash_info', 'Always 1; the label is the published hash.', 'hash');

  return (repository) => {
    const label = several ? { repository } : {};
    let published = '';
    updates.inc(label, 0);
    refused.set(label, 0);
    stuck.inc(label, 0);
    return {
      pass: (status, seconds) => {
        durations.observe({ ...label, status }, seconds);
        passes.inc({ ...label, status });
        if (status !== 'error') last.set(label, Date.now() / 1000);
      },
      published: (hash, changed) => {
        if (changed) updates.inc(label);
        if (published !== '' && published !== hash) info.remove({ ...label, hash: published });
        published = hash;
        info.set({ ...label, hash }, 1);
      },
      askpass: (status) => askpass.inc({ ...label, status }),
      githubApp: (status) => app.inc({ ...label, status }),
      hook: (name, status) => hooks.inc({ ...label, name, status }),
      cleanupFailure: () => stuck.inc(label),
      verification: (status) => {
        verified.inc({ ...label, status });
        refused.set(label, status === 'error' ? 1 : 0);
      },
    };
  };
}
