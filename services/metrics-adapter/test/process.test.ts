import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { serveApp } from './support/serve-app.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const writeYaml = (url: string, name: string) =>
  `json: [{ name: app, url: '${url}', metrics: [{ name: ${name}, value: $.v }] }]\n`;

/** The adapter as a process of its own, on a file that a test can change as an editor would: all at once. */
async function spawnAdapter(yaml: string, { args = [] }: { args?: string[] } = {}) {
  const file = join(tempDir(), 'adapter.yaml');
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  write(yaml);
  const port = await freePort();
  const env = {
    ADAPTER_CONFIG: file,
    HOST: '127.0.0.1',
    PORT: String(port),
    DRAIN_DELAY: '0s',
    ADAPTER_ENABLE_LIFECYCLE: 'true',
  };
  const service = spawnService(main, { args, env });
  onTestFinished(() => void service.child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const scrape = async () => (await fetch(`${url}/metrics`)).text();
  return { ...service, file, write, url, scrape, ready: () => waitFor('the adapter to answer', scrape) };
}

test('a file with an error ends the process with code 2, and the error names file, line and the nearest key', async () => {
  const adapter = await spawnAdapter('json:\n  - name: app\n    url: http://127.0.0.1:1\n    metrix: []\n');
  expect(await adapter.exited).toMatchObject({ code: 2 });
  expect(adapter.output.join('\n')).toContain(
    `${adapter.file}:4:5: json[0].metrix: no such key; did you mean metrics?`,
  );
});

test('--check-config reports that a file is valid, and serves nothing', async () => {
  const adapter = await spawnAdapter(writeYaml('http://127.0.0.1:1', 'first'), { args: ['--check-config'] });
  expect([await adapter.exited, adapter.output]).toMatchObject([{ code: 0 }, [`${adapter.file}: good`]]);
});

test('the file is reloaded on change, SIGHUP and request; with an error the old one stays in use', async () => {
  const app = await serveApp({ v: 1 });
  const adapter = await spawnAdapter(writeYaml(app, 'first'));
  await adapter.ready();
  adapter.write(writeYaml(app, 'second'));
  await waitFor('the changed file', async () => (await adapter.scrape()).includes('\nsecond 1'));
  adapter.write('json: [{}]');
  await adapter.logged('that the old one stays', ({ msg }) => String(msg).startsWith('configuration invalid'));
  const refused = await fetch(`${adapter.url}/-/reload`, { method: 'POST' });
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("required property 'name'")]);
  const text = await adapter.scrape();
  expect(text).toContain('\nsecond 1');
  expect(text).toContain('\nadapter_config_last_reload_successful 0');
  adapter.write(writeYaml(app, 'third'));
  adapter.child.kill('SIGHUP');
  await waitFor('the file after SIGHUP', async () => (await adapter.scrape()).includes('\nthird 1'));
  expect(await adapter.stop()).toMatchObject({ code: 0 });
});

test('each of six SIGHUPs reloads while log lines arrive, and no line is lost', async () => {
  const logFile = join(tempDir(), 'app.log');
  writeFileSync(logFile, '');
  const rules = "rules: [{ match: '^line', metrics: [{ name: log_lines, type: counter }] }]";
  const adapter = await spawnAdapter(`logs: [{ name: log, files: ['${logFile}'], ${rules} }]\n`);
  await adapter.ready();
  let lines = 0;
  const writer = setInterval(() => {
    appendFileSync(logFile, 'line\n'.repeat(1000));
    lines += 1000;
  }, 1);
  onTestFinished(() => clearInterval(writer));
  for (let sent = 1; sent <= 6; sent += 1) {
    // The kernel keeps one pending signal of a kind, so each is sent when the one before was seen.
    adapter.child.kill('SIGHUP');
    await waitFor(`reload ${sent}`, async () =>
      (await adapter.scrape()).includes(`\nadapter_config_reloads_total{result="success"} ${sent}\n`),
    );
  }
  clearInterval(writer);
  await waitFor('every line', async () => (await adapter.scrape()).includes(`\nlog_lines ${lines}\n`));
});
