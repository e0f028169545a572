import { ask, namespace, rolledOut } from '../app-client.ts';
import { expect } from '../case.ts';
import { attempt, kubectl } from '../run.ts';

export const sidecars = ['git-sync', 'ambassador', 'metrics-adapter', 'downward-reader'];

/** Writes during the deletion of a Pod. A note goes through the ambassador, a key onto the Pod's own volume. */
const written = [
  { path: '/api/notes/during', body: '{"text":"x"}' },
  { path: '/api/pods/0/data/during', body: 'x' },
  { path: '/api/pods/1/data/during', body: 'x' },
];

/** Every write that is acknowledged while a Pod is deleted can be read afterwards, whichever Pod received it. */
export async function deletedWhileWriting(): Promise<string> {
  const acknowledged = new Set<string>();
  const state = { deleting: true };
  const deleted = kubectl('-n', namespace, 'delete', 'pod', 'podkit-1', '--timeout=120s').finally(
    () => (state.deleting = false),
  );
  for (let number = 0; state.deleting || number < 5; number += 1) {
    for (const { path, body } of written) {
      const url = `http://podkit.${namespace}${path}-${number}`;
      if ((await ask('podkit-0', url, { method: 'PUT', body })).status < 300) acknowledged.add(`${path}-${number}`);
    }
  }
  await deleted;
  await rolledOut();
  for (const path of acknowledged) {
    const { status } = await ask('podkit-0', `http://127.0.0.1:8080${path}`);
    expect(status === 200, `${path} is lost: ${status}`);
  }
  return written.map(({ path }) => count(path, acknowledged)).join(', ');
}

function count(path: string, acknowledged: Set<string>): string {
  const number = [...acknowledged].filter((one) => one.startsWith(path)).length;
  expect(number > 0, `no write of ${path} was acknowledged`);
  return `${number} of ${path} acknowledged, 0 lost`;
}

/**
 * Each sidecar starts to stop only after the app has ended. The times come from the logs, because a deleted Pod reports its
 * statuses too late.
 */
export async function stopOrder(): Promise<string> {
  const follow = ['-n', namespace, 'logs', 'podkit-1', '--follow', '--timestamps', '--tail=1', '--container'];
  const logs = ['app', ...sidecars].map(async (name) => ({
    name,
    lines: (await attempt('kubectl', [...follow, name])).output.trim().split('\n'),
  }));
  await kubectl('-n', namespace, 'delete', 'pod', 'podkit-1', '--timeout=120s');
  const [app, ...others] = await Promise.all(logs);
  await rolledOut();
  const ended = findTime(app, /"state":"exited"/);
  const stops = others.map((log) => ({
    name: log.name,
    after: findTime(log, /"state":"draining"|"stopping"/) - ended,
  }));
  const early = stops.filter(({ after }) => after < 0).map(({ name }) => name);
  const times = stops.map(({ name, after }) => `${name} ${after} ms`).join(', ');
  expect(early.length === 0, `${early.join(', ')} started to stop before the app had ended: ${times}`);
  return `after the app's end: ${times}`;
}

type Log = { name: string; lines: string[] };

/** The time of the first log line that matches. @throws {Error} if none does */
function findTime(log: Log | undefined, words: RegExp): number {
  const line = log?.lines.find((one) => words.test(one)) ?? '';
  const at = Date.parse(line.split(' ')[0] ?? '');
  expect(!Number.isNaN(at), `${log?.name} did not log ${words.source}; its last line: ${log?.lines.at(-1)}`);
  return at;
}
