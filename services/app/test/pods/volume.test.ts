import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningApp, startApp } from '../support/start-app.ts';

/** A small file system of its own, which takes root to mount. */
function smallVolume(size: string): string {
  const folder = tempDir();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

const at = ({ url }: RunningApp, key: number | string) => `${url}/api/pods/self/data/${key}`;

test.skipIf(process.getuid?.() !== 0)('a full volume is 507, loses nothing, and takes writes again', async () => {
  const folder = smallVolume('2m');
  const app = await startApp({ APP_DATA: folder });
  const value = 'x'.repeat(20_000);
  const put = (key: number) => fetch(at(app, key), { method: 'PUT', body: value });
  expect((await put(0)).status).toBe(201);
  const { bavail, bsize } = statfsSync(folder);
  const filler = join(folder, 'filler');
  writeFileSync(filler, Buffer.alloc((bavail - 40) * bsize));
  let key = 1;
  let response = await put(key);
  while (response.status === 201 && key < 100) {
    key += 1;
    response = await put(key);
  }
  expect([response.status, await response.json()]).toEqual([507, expect.objectContaining({ code: 'ERR_DATA_FULL' })]);
  for (let kept = 0; kept < key; kept += 1) expect(await (await fetch(at(app, kept))).text()).toBe(value);
  expect((await fetch(at(app, key))).status).toBe(404);
  rmSync(filler);
  expect((await put(key)).status).toBe(201);
  expect(await app.service.stop()).toEqual({ code: 0, signal: null });
});

test.skipIf(process.getuid?.() !== 0)(
  'a volume that fails is read-only, and everything but writes goes on',
  async () => {
    const folder = tempDir();
    const image = join(tempDir(), 'image');
    writeFileSync(image, Buffer.alloc(16 * 1024 * 1024));
    execFileSync('mkfs.ext4', ['-q', image]);
    const mount = () => execFileSync('mount', ['-o', 'loop', image, folder]);
    const unmount = () => execFileSync('umount', ['--lazy', folder]);
    mount();
    onTestFinished(() => void unmount());
    const app = await startApp({ APP_DATA: folder });
    const put = (key: string) => fetch(at(app, key), { method: 'PUT', body: 'value' });
    expect((await put('kept')).status).toBe(201);
    // As after an error of the disk; a usual remount is refused while files are open.
    execFileSync('mount', ['-o', 'remount,abort', folder]);
    for (const _ of [1, 2]) {
      const response = await put('refused');
      expect([response.status, await response.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'ERR_DATA_READ_ONLY' }),
      ]);
    }
    expect(await (await fetch(at(app, 'kept'))).text()).toBe('value');
    expect((await fetch(at(app, 'refused'))).status).toBe(404);
    for (const probe of ['livez', 'readyz']) expect((await fetch(`${app.admin}/${probe}`)).status).toBe(200);
    expect(await app.service.stop()).toEqual({ code: 0, signal: null });
    unmount();
    mount();
    const again = await startApp({ APP_DATA: folder });
    expect(await (await fetch(at(again, 'kept'))).text()).toBe('value');
  },
);

test.skipIf(process.getuid?.() !== 0)('a read-only volume is refused at the start, by its name', async () => {
  const folder = smallVolume('1m');
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  const app = await startApp({ APP_DATA: folder }, { started: false });
  expect((await app.service.exited).code).toBe(1);
  expect(app.service.output.join()).toMatch(/ERR_DATA.*APP_DATA=\S+: data can't be kept there.*read-only/);
});
