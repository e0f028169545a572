import { chmodSync, chownSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { describe, expect, test } from 'vitest';
import { startReader } from './support/reader-process.ts';

type Answer = { value?: unknown; error?: unknown; warnings: string[]; labels?: unknown };
const json = async (url: string) => (await (await fetch(url)).json()) as Answer;
const settings = { POD_NAME: 'app-0', DOWNWARD_POLL: '100ms' };

/** Nobody's id: root may read everything, so that only another user can be denied. */
const nobody = process.getuid?.() === 0 ? 65534 : undefined;

describe('what cannot be read', () => {
  test('is reported with its code and path while the rest is served, and comes back by itself', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"', annotations: 'b="2"', namespace: 'shop' });
    const { url } = await startReader(dir, settings);
    const file = join(dir, '..data', 'annotations');
    rmSync(file);
    symlinkSync('annotations', file);
    const annotations = () => json(`${url}/fields/metadata.annotations`);
    await waitFor('the error', async () => (await annotations()).error !== undefined);
    expect(await annotations()).toMatchObject({ error: { path: 'annotations', code: 'ELOOP' } });
    expect(await json(`${url}/labels`)).toEqual({ a: '1' });
    await writeVolume(dir, { labels: 'a="1"', annotations: 'b="2"', namespace: 'shop' });
    await waitFor('the annotations', async () => (await annotations()).value === 'b="2"');
    expect((await json(url)).warnings).toEqual([]);
  });

  test('is a file without the permission, until that returns', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"', annotations: 'b="2"', namespace: 'shop' });
    if (nobody !== undefined) chownSync(dir, nobody, nobody);
    const { url, service } = await startReader(dir, settings, nobody);
    const file = join(dir, '..data', 'namespace');
    chmodSync(file, 0o000);
    const field = () => json(`${url}/fields/metadata.namespace`);
    await waitFor('the field without its value', async () => (await field()).value === undefined);
    expect(await field()).toMatchObject({ source: 'none', error: { path: 'namespace', code: 'EACCES' } });
    expect((await json(url)).warnings).toContain(`${dir}/namespace cannot be read: EACCES`);
    expect(await json(`${url}/labels`)).toEqual({ a: '1' });
    await service.logged(
      'what cannot be read',
      ({ msg, code }) => msg === 'a part of the volume cannot be read' && code === 'EACCES',
    );
    chmodSync(file, 0o644);
    await waitFor('the field', async () => (await field()).value === 'shop');
    expect((await json(url)).warnings).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)(
    "is another user's file (0400), named and counted, while the rest goes on",
    async () => {
      const dir = tempDir();
      await writeVolume(dir, { labels: 'a="1"', annotations: 'b="2"', 'limits/memory_mi': '64' });
      // Else the folder itself, root's and of mode 0700, would be what cannot be read.
      chownSync(dir, 12_345, 12_345);
      const file = join(dir, '..data', 'limits', 'memory_mi');
      chmodSync(file, 0o400);
      const { url } = await startReader(dir, settings, 12_345);
      const metric = async () =>
        /^downward_unreadable_files(?:\{.*\})? (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
      expect(await metric()).toBe('1');
      expect(await json(`${url}/fields/limits.memory`)).toMatchObject({
        error: { path: 'limits/memory_mi', code: 'EACCES' },
      });
      expect(await json(`${url}/labels`)).toEqual({ a: '1' });
      expect((await json(url)).warnings).toContain(`${dir}/limits/memory_mi cannot be read: EACCES`);
      chownSync(file, 12_345, 12_345);
      await waitFor('the limit', async () => (await json(`${url}/fields/limits.memory`)).value === 64 * 2 ** 20);
      expect(await metric()).toBe('0');
    },
  );

  test('is the whole folder where its permission is taken, until it returns', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"' });
    if (nobody !== undefined) chownSync(dir, nobody, nobody);
    const { url } = await startReader(dir, settings, nobody);
    chmodSync(dir, 0o000);
    const warning = `${dir} cannot be read: EACCES`;
    await waitFor(warning, async () => (await json(url)).warnings[0] === warning);
    expect((await json(url)).labels).toBe(undefined);
    expect(await json(`${url}/fields/metadata.labels`)).toMatchObject({ error: { path: '.', code: 'EACCES' } });
    expect(await json(`${url}/fields/metadata.name`)).toMatchObject({ value: 'app-0', source: 'environment' });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    chmodSync(dir, 0o755);
    await waitFor('the labels', async () => (await json(url)).labels !== undefined);
    expect(await json(`${url}/labels`)).toEqual({ a: '1' });
  });

  test('is what a large folder has beyond the limits, and the reader starts without it', async () => {
    const dir = tempDir();
    for (let index = 0; index < 2000; index += 1) writeFileSync(join(dir, `file-${index}`), '');
    const { url } = await startReader(dir, settings);
    expect((await json(url)).warnings).toEqual([
      `${dir} has no ..data: it is a plain folder or a subPath mount, which Kubernetes never updates`,
      `${dir} is not read further: the volume has more than 1000 files and folders`,
    ]);
  });
});
