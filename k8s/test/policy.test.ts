import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkTable } from './check-table.ts';
import { checks } from './checks/all-checks.ts';
import { covers, exceptions } from './exceptions.ts';
import type { ManifestSet } from './manifests/manifest-set.ts';
import { findRenderer, howToInstall } from './manifests/render.ts';
import { renderAll } from './manifests/sets.ts';

const renderer = findRenderer();
if (renderer === undefined) process.stdout.write(`k8s manifests NOT CHECKED: ${howToInstall}\n`);

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

describe.skipIf(renderer === undefined)('every base, overlay, option and pattern', () => {
  let sets: ManifestSet[] = [];

  beforeAll(async () => {
    if (renderer !== undefined) sets = await renderAll(renderer);
  });

  test.each(checks)('$code: $says', ({ code, violations }) => {
    const found = sets.flatMap((set) =>
      violations(set)
        .filter(({ where }) => !exceptions.some((exception) => covers(exception, code, set.name, where)))
        .map(({ where, what }) => `${set.name}: ${where} ${what}`.trim()),
    );
    expect(found).toEqual([]);
  });

  test('needs every exception', () => {
    const places = checks.flatMap(({ code, violations }) =>
      sets.flatMap((set) => violations(set).map(({ where }) => ({ code, set: set.name, where }))),
    );
    const unused = exceptions.filter(
      (exception) => !places.some(({ code, set, where }) => covers(exception, code, set, where)),
    );
    expect(unused).toEqual([]);
  });
});

test('every exception has a reason and is for an existing check', () => {
  const codes = checks.map(({ code }) => code);
  expect(exceptions.filter(({ check, reason }) => !codes.includes(check) || reason.length < 40)).toEqual([]);
});

test('k8s/README.md lists the checks', () => {
  expect(readme).toContain(checkTable());
});
