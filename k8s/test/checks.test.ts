import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checks } from './checks/all-checks.ts';
import { broken } from './fixtures/broken.ts';
import type { Manifest } from './manifests/manifest.ts';
import { manifestSet } from './manifests/manifest-set.ts';

const sound = readFileSync(join(import.meta.dirname, 'fixtures', 'sound.yaml'), 'utf8');

const loadSet = (name: string, text: string) =>
  manifestSet(
    name,
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );

test('each check has one broken example, and no two checks share a code', () => {
  expect(Object.keys(broken)).toEqual(checks.map(({ code }) => code));
  expect(new Set(checks.map(({ code }) => code)).size).toBe(checks.length);
});

test.each(checks)('$code finds nothing in a sound set', (check) => {
  expect(check.violations(loadSet('sound', sound))).toEqual([]);
});

test.each(checks)('$code finds its broken example', (check) => {
  const [from, to] = broken[check.code] ?? ['', ''];
  expect(sound).toContain(from);
  expect(check.violations(loadSet('broken', sound.replace(from, to)))).not.toEqual([]);
});
