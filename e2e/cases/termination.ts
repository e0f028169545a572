import { ask, namespace, rolledOut } from '../app-client.ts';
import { expect } from '../case.ts';
import { attempt, kubectl } from '../run.ts';

export const sidecars = ['git-sync', 'ambassador', 'metrics-adapter', 'downward-reader'];

/** What was acknowledged while a Pod was deleted is there afterwards, whichever Pod had taken it. */
export async function deletedWhileWriting(): Promise<string> {
  const written: string[] = [];
  const state = { deleting: true };
  const deleted = kubectl('-n', namespace, 'delete', 'pod', 'podkit-1', '--timeout=120s').finally(
    () => (state.deleting = false),
  );
  for (let number = 0; state.deleting || number < 5; number += 1) {
    const id = `during-${number}`;
    const { status } = await ask('podkit-0', `http://podkit.${namespace}/api/notes/${id}`, {
      method: 'PUT',
      body: '{"text":"x"}',
    });
    if (status < 300) written.push(id);
  }
  await deleted;
  await rolledOut();
  const local = 'http://127.0.0.1:8080';
  for (const id of written) expect((await ask('podkit-0', `${local}/api/notes/${id}`)).status === 200, `${id} is lost`);
  expect(written.length > 0, 'no note was acknowledged');
  return `${written.length} notes acknowledged, 0 lost`;
}

/** When each container of a Pod wrote its last line, by the clock of the node: statuses of a Pod that goes come too late. */
export async function stopOrder(): Promise<string> {
  const follow = ['-n', namespace, 'logs', 'podkit-1', '--follow', '--timestamps', '--tail=1', '--container'];
  const logs = ['app', ...sidecars].map(async (name) => ({
    name,
    lines: (await attempt('kubectl', [...follow, name])).output.trim().split('\n'),
  }));
  await kubectl('-n', namespace, 'delete', 'pod', 'podkit-1', '--timeout=120s');
  const ends = (await Promise.all(logs)).map(({ name, lines }) => ({ name, at: endOf(name, lines) }));
  await rolledOut();
  const app = ends.find(({ name }) => name === 'app')?.at ?? 0;
  const early = ends.filter(({ name, at }) => name !== 'app' && at < app);
  expect(early.length === 0, `${early.map(({ name }) => name).join(', ')} ended before the app`);
  const after = ends.filter(({ name }) => name !== 'app').map(({ name, at }) => `${name} ${at - app} ms`);
  return `after the app's last line: ${after.join(', ')}`;
}

const lastWords = /stopped|stopping|draining/;

function endOf(name: string, lines: readonly string[]): number {
  const last = lines.findLast((line) => lastWords.test(line)) ?? '';
  const at = Date.parse(last.split(' ')[0] ?? '');
  expect(!Number.isNaN(at), `${name} did not say that it stops; its last line: ${lines.at(-1)}`);
  return at;
}
