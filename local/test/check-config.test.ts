import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const broken = 'local/test/fixtures/broken-config';
/** web.yml is Prometheus' web configuration, which the adapter's own tests read. */
const examples = readdirSync(join(root, 'services/metrics-adapter/examples'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `services/metrics-adapter/examples/${name}`);

/** Run a service's check on a file. */
function check(service: string, flag: string, file: string) {
  const words = [`services/${service}/src/main.ts`, `${flag}=${file}`, '--check-config'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr: stderr.trimEnd().split('\n') };
}

test('the ambassador prints a line for each error of its file, with line, column, key and the nearest key', () => {
  const file = `${broken}/ambassador.yaml`;
  expect(check('ambassador', '--config', file)).toEqual({
    status: 2,
    stdout: '',
    stderr: [
      `ambassador: ${file}:4:5: stores.notes.ulr: no such key; did you mean url?`,
      `ambassador: ${file}:6:9: stores.notes.policies[0].timeot: no such key; did you mean timeout?`,
    ],
  });
});

test('the metrics-adapter does the same', () => {
  const file = `${broken}/adapter.yaml`;
  expect(check('metrics-adapter', '--config', file)).toEqual({
    status: 2,
    stdout: '',
    stderr: [
      `metrics-adapter: ${file}:4:5: json[0].metrcs: no such key; did you mean metrics?`,
      `metrics-adapter: ${file}:6:5: statsd[0].udp: must be string`,
    ],
  });
});

test('git-sync does the same, with the exit code and the form of upstream', () => {
  const file = `${broken}/git-sync.yaml`;
  expect(check('git-sync', '--config-file', file)).toEqual({
    status: 1,
    stdout: '',
    stderr: [
      `ERROR: ${file}:3:5: repositories[0].rpo: no such setting; did you mean repo?`,
      `ERROR: ${file}:5:5: repositories[0].depth="deep": expected a whole number`,
    ],
  });
});

const good: [service: string, file: string][] = [
  ['ambassador', 'k8s/base/config/ambassador.yaml'],
  ['metrics-adapter', 'k8s/base/config/adapter.yaml'],
  ...examples.map((file): [string, string] => ['metrics-adapter', file]),
];

test.each(good)('%s says that %s is good, and serves nothing', (service, file) => {
  expect(check(service, '--config', file)).toMatchObject({ status: 0, stdout: `${file}: good\n` });
});

test('git-sync says that a good file is good, and clones nothing', () => {
  const file = 'local/test/fixtures/git-sync.yaml';
  expect(check('git-sync', '--config-file', file)).toMatchObject({ status: 0, stdout: `${file}: good\n` });
});
