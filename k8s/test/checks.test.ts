import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checks } from './checks/all-checks.ts';
import { broken } from './fixtures/broken.ts';
import type { Manifest } from './manifests/manifest.ts';
import { manifestSet } from './manifests/manifest-set.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const sound = read('sound.yaml');
const custom = read('custom-kinds.yaml');
const onCustomKinds = new Set(['route-target', 'monitor-target']);

const setOf = (name: string, text: string) =>
  manifestSet(
    name,
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );

it('has one proof for each check, and no two checks of one code', () => {
  expect(Object.keys(broken)).toEqual(checks.map(({ code }) => code));
  expect(new Set(checks.map(({ code }) => code)).size).toBe(checks.length);
});

it.each(checks)('$code finds nothing in a sound set', (check) => {
  const text = onCustomKinds.has(check.code) ? `${sound}---\n${custom}` : sound;
  expect(check.faults(setOf('sound', text))).toEqual([]);
});

it.each(checks)('$code finds the one place that was spoiled for it', (check) => {
  const text = onCustomKinds.has(check.code) ? `${sound}---\n${custom}` : sound;
  const [from, to] = broken[check.code] ?? ['', ''];
  expect(text).toContain(from);
  expect(check.faults(setOf('broken', text.replace(from, to)))).not.toEqual([]);
});
