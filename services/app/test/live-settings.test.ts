import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { type LiveName, LiveSettings } from '../src/settings/live-settings.ts';
import { startApp } from './support/start-app.ts';

/** Write files as the kubelet does: a new folder, and `..data` swapped to it in one step. */
function writeMounted(folder: string, revision: string, files: Record<string, string>): void {
  mkdirSync(join(folder, `..${revision}`));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, `..${revision}`, name), content);
  symlinkSync(`..${revision}`, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  if (revision !== '1') return;
  for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(folder, name));
}

describe('settings in mounted files', () => {
  test('apply without a restart, are shown with secrets masked, and an invalid one keeps the previous value', async () => {
    const folder = tempDir();
    writeMounted(folder, '1', { banner: 'blue', 'log-level': 'info', 'chaos-token': 'token-a' });
    const app = await startApp({ APP_SETTINGS_DIR: folder, CHAOS: 'true' });
    const settings = async (): Promise<Record<string, string>> => {
      const response = await fetch(`${app.admin}/api/console`);
      const document = (await response.json()) as { banner: string; settings: { name: string; value: string }[] };
      return {
        banner: document.banner,
        ...Object.fromEntries(document.settings.map(({ name, value }) => [name, value])),
      };
    };
    const allowed = async (token: string) =>
      (await fetch(`${app.admin}/api/chaos`, { headers: { authorization: `Bearer ${token}` } })).status === 200;
    expect(await settings()).toMatchObject({ banner: 'blue', logLevel: 'info', chaosToken: '••••' });
    expect(await allowed('token-a')).toBe(true);
    writeMounted(folder, '2', { banner: 'green\n', 'log-level': 'loud', 'chaos-token': 'token-b' });
    await waitFor('the new banner', async () => (await settings()).banner === 'green');
    expect([await allowed('token-a'), await allowed('token-b')]).toEqual([false, true]);
    expect(await settings()).toMatchObject({ logLevel: 'info' });
    const why = 'expected one of trace, debug, info, warn, error, silent';
    await app.service.logged(
      'the error',
      (line) => line.setting === 'logLevel' && line.level === 'warn' && line.why === why,
    );
    expect(app.service.output.join()).not.toMatch(/token-b/);
    writeMounted(folder, '3', { banner: '', 'log-level': 'error', 'chaos-token': 'token-c' });
    await waitFor('the level', async () => (await settings()).logLevel === 'error');
  });

  test('of one swap apply together, so the new banner never appears with the old token', async () => {
    const folder = tempDir();
    writeMounted(folder, '1', { banner: 'blue', 'chaos-token': 'token-a' });
    const tokens: (string | undefined)[] = [];
    const settings: LiveSettings = new LiveSettings({
      folders: [folder],
      defaults: {},
      onChange: (name: LiveName) => {
        if (name === 'banner') queueMicrotask(() => tokens.push(settings.get('chaosToken')));
      },
      onError: (name, why) => expect.unreachable(`${name}: ${why}`),
    });
    await settings.read();
    writeMounted(folder, '2', { banner: 'green', 'chaos-token': 'token-b' });
    await settings.read();
    expect(tokens).toEqual(['token-a', 'token-b']);
  });
});
