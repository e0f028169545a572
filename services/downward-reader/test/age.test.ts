import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { agedFields, monotone } from '../src/document/age.ts';
import { Reader } from '../src/document/reader.ts';
import { formatTable } from '../src/output/table.ts';

const hour = 3_600_000;

function createReader(directory: string, now: () => number): Reader {
  return new Reader({
    directory,
    env: { POD_NAME: 'app-0' },
    divisors: { cpu: '1m', memory: '1Mi' },
    cgroupRoot: undefined,
    tune: { runtime: 'node', memoryShare: 75, pools: [], override: false },
    poll: 20,
    now,
    started: now() - hour,
  });
}

const ages = (reader: Reader) =>
  Object.fromEntries(agedFields(reader.document.fields, reader.now()).map(({ name, age }) => [name, age]));

test('counts the age of a value from its file, the start or the change that was seen', async () => {
  const dir = tempDir();
  const clock = { now: Date.now() };
  await writeVolume(dir, { namespace: 'shop', labels: 'a="1"' });
  for (const name of ['namespace', 'labels']) utimesSync(join(dir, name), clock.now / 1000, clock.now / 1000 - 60);
  const reader = createReader(dir, () => clock.now);
  onTestFinished(await reader.start(() => undefined));
  const first = { 'metadata.namespace': 60, 'metadata.labels': 60, 'metadata.name': 3600, 'metadata.uid': undefined };
  expect(ages(reader)).toMatchObject(first);
  clock.now += 5000;
  await writeVolume(dir, { namespace: 'shop', labels: 'a="2"' });
  await waitFor('the change', () => reader.log.last === 1);
  clock.now += 2000;
  expect(ages(reader)).toMatchObject({ 'metadata.namespace': 67, 'metadata.labels': 2, 'metadata.name': 3607 });
  expect(formatTable(reader.document, reader.now())).toMatch(/metadata\.namespace +shop +volume +1m7s +shop +both/);
});

test('keeps changes in order and ages from being negative where the clock jumps back', async () => {
  const dir = tempDir();
  const clock = { now: Date.now() };
  await writeVolume(dir, { labels: 'a="0"' });
  utimesSync(join(dir, 'labels'), clock.now / 1000, clock.now / 1000 + 3600);
  const reader = createReader(dir, () => clock.now);
  onTestFinished(await reader.start(() => undefined));
  expect(ages(reader)['metadata.labels']).toBe(0);
  for (const round of [1, 2]) {
    await writeVolume(dir, { labels: `a="${round}"` });
    await waitFor('the change', () => reader.log.last === round);
    clock.now -= hour;
    expect(Object.values(ages(reader)).every((age) => age === undefined || age >= 0)).toBe(true);
  }
  const [first, second] = reader.log.since(0) ?? [];
  expect(second?.at).toBeGreaterThanOrEqual(first?.at ?? Number.NaN);
});

test('has a clock that never goes back, whatever the system says', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 2 }), (times) => {
      const now = monotone(() => times.shift() ?? 0);
      const given = times.map(() => now());
      expect(given).toEqual(given.toSorted((a, b) => a - b));
    }),
  );
});
