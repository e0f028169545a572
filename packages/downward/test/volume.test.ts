import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseMapFile } from '../src/map-file.ts';
import { volumeLimits } from '../src/read-tree.ts';
import { writeVolume } from '../src/simulate.ts';
import { readVolume, watchVolume } from '../src/volume.ts';

describe('a Downward API volume', () => {
  test('is read as it was written, folders included', async () => {
    const folder = tempDir();
    await writeVolume(folder, { labels: 'app="a"', 'limits/cpu_m': '500' });
    expect((await readVolume(folder))?.files).toEqual({ labels: 'app="a"', 'limits/cpu_m': '500' });
  });

  test('is laid out as the kubelet does it, without leftovers', async () => {
    const folder = tempDir();
    await writeVolume(folder, { labels: '1', gone: '1' });
    await writeVolume(folder, { labels: '2' });
    const generation = expect.stringMatching(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+$/);
    expect(readdirSync(folder)).toEqual([generation, '..data', 'labels']);
  });

  test('is never seen half old and half new while it is swapped', async () => {
    const folder = tempDir();
    await writeVolume(folder, { a: '0', b: '0' });
    const state = { writing: true };
    const writer = (async () => {
      for (let round = 1; round <= 150; round += 1) await writeVolume(folder, { a: String(round), b: String(round) });
      state.writing = false;
    })();
    while (state.writing) {
      const files = (await readVolume(folder))?.files;
      expect(files?.a).toBe(files?.b);
    }
    await writer;
  });

  test('notices each swap', async () => {
    const folder = tempDir();
    await writeVolume(folder, { a: '0' });
    let events = 0;
    onTestFinished(watchVolume(folder, () => (events += 1)));
    for (const round of ['1', '2', '3']) {
      const before = events;
      await writeVolume(folder, { a: round });
      await waitFor(`the event of swap ${round}`, () => events > before);
    }
    expect((await readVolume(folder))?.files).toEqual({ a: '3' });
  });

  test('is followed again after its directory was replaced', async () => {
    const folder = join(tempDir(), 'podinfo');
    await writeVolume(folder, { a: '0' });
    let events = 0;
    onTestFinished(watchVolume(folder, () => (events += 1), { poll: 20 }));
    renameSync(folder, `${folder}.old`);
    await writeVolume(folder, { a: '1' });
    const before = events;
    await waitFor('an event', () => events > before);
    expect((await readVolume(folder))?.files).toEqual({ a: '1' });
  });

  test('may be a plain directory', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'labels'), 'x="y"');
    expect(await readVolume(folder)).toEqual({ generation: undefined, files: { labels: 'x="y"' }, unreadable: [] });
  });

  test.each([
    ['a link to nowhere', 'nowhere', 'ENOENT'],
    ['a link to itself', 'bad', 'ELOOP'],
    ['a folder under the name of a file', '.', 'EISDIR'],
  ])('tells %s with its code, and reads the rest', async (_what, target, code) => {
    const folder = tempDir();
    await writeVolume(folder, { labels: 'x="y"', 'limits/cpu_m': '500' });
    symlinkSync(target, join(folder, '..data', 'limits', 'bad'));
    expect(await readVolume(folder)).toMatchObject({
      files: { labels: 'x="y"', 'limits/cpu_m': '500' },
      unreadable: [{ path: 'limits/bad', code }],
    });
  });

  test('tells a ..data that leads nowhere, as a half-written volume has it', async () => {
    const folder = tempDir();
    symlinkSync('..2026_01_01_00_00_00.1', join(folder, '..data'));
    symlinkSync('..data/labels', join(folder, 'labels'));
    expect(await readVolume(folder)).toEqual({
      generation: undefined,
      files: {},
      unreadable: [
        { path: '..data', code: 'ENOENT' },
        { path: 'labels', code: 'ENOENT' },
      ],
    });
  });

  test('is read without the files that vanish meanwhile', async () => {
    const folder = tempDir();
    const names = Array.from({ length: 200 }, (_, index) => `file-${String(index).padStart(3, '0')}`);
    for (const name of names) writeFileSync(join(folder, name), name);
    const reading = readVolume(folder);
    for (const name of names.slice(100)) rmSync(join(folder, name));
    const snapshot = await reading;
    expect(snapshot?.unreadable).toEqual([]);
    expect(Object.keys(snapshot?.files ?? {})).toEqual(expect.arrayContaining(names.slice(0, 100)));
  });

  test('tells a pipe and a device, neither of which it reads', async () => {
    const folder = tempDir();
    await writeVolume(folder, { labels: 'x="y"' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync(join(folder, 'pipe'), join(folder, '..data', 'annotations'));
    symlinkSync('/dev/zero', join(folder, '..data', 'zero'));
    expect(await readVolume(folder)).toMatchObject({
      files: { labels: 'x="y"' },
      unreadable: [
        { path: 'annotations', code: 'ERR_NOT_A_FILE' },
        { path: 'zero', code: 'ERR_NOT_A_FILE' },
      ],
    });
  });

  test('tells a file that is too large, and those that make the whole too large', async () => {
    const folder = tempDir();
    const { fileBytes, bytes } = volumeLimits;
    const names = Array.from({ length: bytes / fileBytes }, (_, index) => `file-${index}`);
    for (const name of names) writeFileSync(join(folder, name), '');
    for (const name of names) truncateSync(join(folder, name), fileBytes);
    writeFileSync(join(folder, 'a'), 'small');
    writeFileSync(join(folder, 'b'), '');
    truncateSync(join(folder, 'b'), fileBytes + 1);
    const snapshot = await readVolume(folder);
    expect(Object.keys(snapshot?.files ?? {})).toEqual(['a', ...names.slice(0, -1)]);
    expect(snapshot?.unreadable).toEqual([
      { path: 'b', code: 'ERR_FILE_TOO_LARGE' },
      { path: names.at(-1), code: 'ERR_VOLUME_TOO_LARGE' },
    ]);
  });

  test('counts files and folders, and tells where it stopped', async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'deep', 'deeper'), { recursive: true });
    const { entries } = volumeLimits;
    for (let left = entries - 2; left > 0; left -= 1) writeFileSync(join(folder, `file-${left}`), '');
    expect((await readVolume(folder))?.unreadable).toEqual([]);
    writeFileSync(join(folder, 'deep', 'deeper', 'one-more'), '');
    const snapshot = await readVolume(folder);
    expect(Object.keys(snapshot?.files ?? {})).toHaveLength(entries - 2);
    expect(snapshot?.unreadable).toEqual([{ path: 'deep/deeper', code: 'ERR_TOO_MANY_FILES' }]);
  });

  test('tells a path that is no directory', async () => {
    const file = join(tempDir(), 'podinfo');
    writeFileSync(file, '');
    expect((await readVolume(file))?.unreadable).toEqual([{ path: '.', code: 'ENOTDIR' }]);
  });

  test('is undefined where it is missing', async () => {
    expect(await readVolume('/nowhere')).toBeUndefined();
  });
});

describe('parseMapFile', () => {
  test('keeps a line that it cannot read, with the reason, beside those that it can', () => {
    expect(parseMapFile('a="1"\nbroken\nb="2"')).toEqual({
      values: { a: '1', b: '2' },
      errors: [{ line: 2, raw: 'broken', reason: 'no key before =' }],
    });
  });

  test.each(['b="open', 'b=bare', String.raw`b="\q"`, 'b="x"y"'])('keeps %s raw, whose quoting is wrong', (raw) => {
    expect(parseMapFile(`a="1"\n${raw}`)).toMatchObject({ values: { a: '1' }, errors: [{ line: 2, raw }] });
  });

  test('splits at the first =, since a value may hold more', () => {
    expect(parseMapFile(String.raw`last="{\"a\":\"b=c\"}"`).values).toEqual({ last: '{"a":"b=c"}' });
  });
});
