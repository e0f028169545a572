import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { wiring } from './checks/wiring.ts';
import { manifestSet } from './manifests/manifest-set.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/recipes.md'), 'utf8');
const blocksIn = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

/** The checks that need no Secrets and ConfigMaps, which a reader of the page creates. */
const settingChecks = wiring.filter(({ code }) => code === 'known-settings' || code === 'known-variables');
const specs = blocksIn('yaml')
  .map((text) => parse(text) as { containers?: { name: string }[] })
  .filter(({ containers }) => containers !== undefined)
  .map((spec) => ({ name: JSON.stringify(spec).slice(0, 100), spec }));

test.each(specs)('the services accept every setting of the Pod in docs/recipes.md: $name', ({ spec }) => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'recipe', namespace: 'recipe' }, spec };
  const set = manifestSet('recipe', [pod]);
  const found = settingChecks.flatMap((check) => check.violations(set));
  expect(found).toEqual([]);
});

test('the Fastify app of docs/recipes.md answers while it drains, closes its connections, and exits with 0', async () => {
  const [program = ''] = blocksIn('js');
  const port = await freePort();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DRAIN_SECONDS: '1' },
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, path: '/readyz', agent }, (response) => response.resume().once('end', () => resolve(response))).once(
        'error',
        reject,
      );
    });
  try {
    await waitFor('the app to answer', () =>
      ask().then(
        ({ statusCode }) => statusCode === 200,
        () => false,
      ),
    );
    child.kill('SIGTERM');
    const response = await waitFor('a response that closes the connection', async () => {
      const { statusCode, headers } = await ask();
      return headers.connection === 'close' && statusCode;
    });
    expect(response).toBe(200);
    expect(await ended).toEqual([0, null]);
  } finally {
    agent.destroy();
    child.kill('SIGKILL');
  }
});
