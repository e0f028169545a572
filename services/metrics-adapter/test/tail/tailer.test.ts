import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { FileSlots } from '../../src/tail/file-slots.ts';
import type { Position } from '../../src/tail/open-file.ts';
import { Tailer, type TailerOptions } from '../../src/tail/tailer.ts';

type Watched = { lines: string[]; events: string[]; errors: unknown[]; tailer: Tailer };

async function tail(paths: string[], options: Partial<TailerOptions> = {}): Promise<Watched> {
  const watched: Omit<Watched, 'tailer'> = { lines: [], events: [], errors: [] };
  const tailer = new Tailer({
    files: paths,
    exclude: [],
    slots: new FileSlots(Number.POSITIVE_INFINITY),
    positions: [],
    from: 'beginning',
    maxLineBytes: 1024,
    rotateWait: 200,
    pollInterval: 20,
    onLine: (line) => watched.lines.push(line),
    onEvent: (event) => watched.events.push(event),
    onError: (error) => watched.errors.push(error),
    ...options,
  });
  await tailer.start();
  onTestFinished(() => tailer.stop());
  return { ...watched, tailer };
}

async function expectLines({ lines, errors }: Watched, expected: string[]): Promise<void> {
  await waitFor('the lines', () => lines.length >= expected.length).catch(() => undefined);
  expect({ lines, errors }).toEqual({ lines: expected, errors: [] });
}

test('existing and new lines are read once, in order', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\ntwo\n');
  const watched = await tail([path]);
  await expectLines(watched, ['one', 'two']);
  appendFileSync(path, 'three\r\nfo');
  appendFileSync(path, 'ur\n');
  await expectLines(watched, ['one', 'two', 'three', 'four']);
});

test('from the end only new lines are read, and an unfinished line is read whole', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'old\nhalf');
  const firsts: string[] = [];
  const watched = await tail([path], { from: 'end', onFirstLine: (line) => firsts.push(line) });
  await waitFor('the file to be open', () => watched.events.includes('opened'));
  appendFileSync(path, ' line\nnew\n');
  await expectLines(watched, ['half line', 'new']);
  expect(firsts).toEqual(['old']);
});

test('a file that appears later is read from its beginning', async () => {
  const path = join(tempDir(), 'later.log');
  const watched = await tail([path], { from: 'end' });
  writeFileSync(path, 'first\n');
  await expectLines(watched, ['first']);
});

test('a renamed file is read to its end, with the lines that its writer still adds', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\n');
  const watched = await tail([path]);
  await expectLines(watched, ['one']);
  const writer = await open(path, 'a');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  await writer.write('two\nlast');
  await writer.close();
  await waitFor('all lines', () => watched.lines.length === 4);
  expect(watched.lines.toSorted()).toEqual(['last', 'one', 'three', 'two']);
  expect(watched.events).toContain('rotated');
});

test('with copytruncate no line is lost or read twice', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\ntwo\n');
  const watched = await tail([path]);
  await expectLines(watched, ['one', 'two']);
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
  appendFileSync(path, 'three\n');
  await expectLines(watched, ['one', 'two', 'three']);
});

test('a file that was truncated and has grown beyond its old length between two checks is read from its beginning', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\n');
  const watched = await tail([path], { pollInterval: 300 });
  await expectLines(watched, ['one']);
  writeFileSync(path, 'longer than before\nand more\n');
  await expectLines(watched, ['one', 'longer than before', 'and more']);
  expect(watched.events).toContain('truncated');
});

test('a hole of zeros that a writer without append leaves is skipped', async () => {
  const path = join(tempDir(), 'app.log');
  const writer = await open(path, 'w');
  await writer.write('one\n');
  const watched = await tail([path]);
  await expectLines(watched, ['one']);
  truncateSync(path, 0);
  await waitFor('the truncation to be seen', () => watched.events.includes('truncated'));
  await writer.write('two\n');
  await writer.close();
  await expectLines(watched, ['one', 'two']);
});

test('a link that is changed to another file and back is followed, and no line is read twice', async () => {
  const directory = tempDir();
  const a = join(directory, 'a');
  const b = join(directory, 'b');
  const link = join(directory, 'current');
  const point = (to: string) => {
    symlinkSync(to, `${link}.new`);
    renameSync(`${link}.new`, link);
  };
  writeFileSync(a, 'a1\n');
  writeFileSync(b, 'b1\n');
  point(a);
  const watched = await tail([link], { rotateWait: 60_000 });
  await expectLines(watched, ['a1']);
  point(b);
  await expectLines(watched, ['a1', 'b1']);
  appendFileSync(a, 'a2\n');
  point(a);
  await expectLines(watched, ['a1', 'b1', 'a2']);
});

test('a glob finds new files, and closes removed ones', async () => {
  const directory = tempDir();
  const watched = await tail([join(directory, '*.log')]);
  writeFileSync(join(directory, 'a.log'), 'a\n');
  writeFileSync(join(directory, 'b.txt'), 'no\n');
  await expectLines(watched, ['a']);
  rmSync(join(directory, 'a.log'));
  await waitFor('the file to be let go of', () => watched.events.includes('removed'));
  expect(watched.tailer.files).toEqual([]);
  writeFileSync(join(directory, 'a.log'), 'a again\n');
  await expectLines(watched, ['a', 'a again']);
});

test('a glob that also matches the rotated file does not read its lines twice', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\n');
  const watched = await tail([`${path}*`], { rotateWait: 50 });
  await expectLines(watched, ['one']);
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'two\n');
  await expectLines(watched, ['one', 'two']);
  await waitFor('both to be read', () => watched.tailer.files.length === 2);
  appendFileSync(`${path}.1`, 'late\n');
  await expectLines(watched, ['one', 'two', 'late']);
});

test('reading continues where an earlier process stopped, also in a file that was rotated meanwhile', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\ntwo\nthree\n');
  let position: (Position & { path: string }) | undefined;
  const first = await tail([path], {
    onLine: (line, origin) => {
      if (line === 'two') position = { ...(origin as unknown as { position: Position }).position, path };
    },
  });
  await waitFor('a position', () => position);
  await first.tailer.stop();
  appendFileSync(path, 'four\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'five\n');
  const second = await tail([path], { positions: position ? [position] : [] });
  await expectLines(second, ['three', 'four', 'five']);
});

test('a named pipe is read from one writer after another', async () => {
  const path = join(tempDir(), 'pipe');
  execFileSync('sh', ['-c', `mkfifo '${path}'`]);
  const watched = await tail([path]);
  for (const line of ['one', 'two']) {
    const writer = spawn('sh', ['-c', `echo ${line} > ${path}`]);
    await new Promise((resolve) => writer.once('exit', resolve));
  }
  await expectLines(watched, ['one', 'two']);
});

test('a line that is too long is cut once, and the next one is whole', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, `${'x'.repeat(300_000)}\nnext\n`);
  const watched = await tail([path]);
  await expectLines(watched, ['x'.repeat(1024), 'next']);
  expect(watched.events.filter((event) => event === 'cut')).toHaveLength(1);
});

test('a directory as a path is reported as an error', async () => {
  const directory = tempDir();
  const watched = await tail([directory]);
  expect(String(watched.errors[0])).toContain('neither a file nor a named pipe');
});

test('stopping during a long backlog leaves the rest, and the position is right', async () => {
  const path = join(tempDir(), 'app.log');
  const line = `${'x'.repeat(999)}\n`;
  writeFileSync(path, line.repeat(20_000));
  const watched = await tail([path], { onPause: () => sleep(50) });
  await watched.tailer.stop({ flush: false });
  expect(watched.lines.length).toBeLessThan(20_000);
  expect(watched.tailer.positions).toMatchObject([{ path, offset: watched.lines.length * line.length }]);
});

test('stopping reads the last lines, and a last line without a newline', async () => {
  const path = join(tempDir(), 'app.log');
  writeFileSync(path, 'one\n');
  const watched = await tail([path], { pollInterval: 60_000 });
  await expectLines(watched, ['one']);
  appendFileSync(path, 'two\nthr');
  await watched.tailer.stop();
  expect(watched.lines).toEqual(['one', 'two', 'thr']);
});

test('no line is lost when a file is removed and created again', async () => {
  const path = join(tempDir(), 'app.log');
  const watched = await tail([path], { rotateWait: 2000 });
  const expected: string[] = [];
  for (let round = 0; round < 30; round += 1) {
    const line = `line ${round}`;
    expected.push(line);
    appendFileSync(path, `${line}\n`);
    await waitFor(line, () => watched.lines.includes(line));
    if (round % 3 === 0) renameSync(path, `${path}.${round}`);
    else if (round % 3 === 1) truncateSync(path, 0);
    else unlinkSync(path);
  }
  expect(watched.lines).toEqual(expected);
});
