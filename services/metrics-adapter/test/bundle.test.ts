import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { hash } from 'bcryptjs';
import { expect, onTestFinished, test } from 'vitest';
import { encodeProtobuf } from '../src/exposition/protobuf.ts';
import type { Family } from '../src/series/family.ts';
import { serveApp } from './support/serve-app.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

test('the bundle of the image loads what each source and a password need', async () => {
  execFileSync(process.execPath, [join(root, 'tools', 'build.ts'), 'metrics-adapter']);
  const tokens = await serveApp({ access_token: 't', token_type: 'Bearer', expires_in: 60 });
  const counter: Family = { name: 'c_total', help: '', type: 'counter', series: new Map([['', { value: 1 }]]) };
  const families = Buffer.concat([...encodeProtobuf([counter], 'allow-utf-8')]);
  const encoded = await serveApp(
    (_request, response) => void response.setHeader('content-type', protobuf).end(families),
  );
  const folder = tempDir();
  writeFileSync(
    join(folder, 'adapter.yaml'),
    `json: [{ name: json, url: '${await serveApp({ v: 1 })}', metrics: [{ name: v, value: $.v }],
  client: { oauth2: { client_id: i, client_secret: s, token_url: '${tokens}' } } }]
csv: [{ name: csv, url: '${await serveApp('disk,used\na,1\n')}', metrics: [{ name: used, value: used }] }]
prometheus: [{ name: protobuf, url: '${encoded}' }]
`,
  );
  writeFileSync(join(folder, 'web.yml'), `basic_auth_users: { p: '${await hash('secret', 4)}' }\n`);
  const port = await freePort();
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    DRAIN_DELAY: '0s',
    ADAPTER_CONFIG: join(folder, 'adapter.yaml'),
    ADAPTER_WEB_CONFIG_FILE: join(folder, 'web.yml'),
  };
  const { child } = spawnService(join(root, 'dist', 'metrics-adapter', 'src', 'main.js'), { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const headers = { authorization: `Basic ${Buffer.from('p:secret').toString('base64')}` };
  const answer = await waitFor('the adapter', () => fetch(`http://127.0.0.1:${port}/metrics`, { headers }));
  const up = (await answer.text()).split('\n').filter((line) => line.startsWith('adapter_up{'));
  expect(up.toSorted()).toEqual(['csv', 'json', 'protobuf'].map((source) => `adapter_up{source="${source}"} 1`));
});
