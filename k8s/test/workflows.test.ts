import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

type Step = { uses?: string; run?: string; with?: Record<string, unknown> };
type Job = { 'timeout-minutes'?: number; permissions?: Record<string, string>; steps: Step[] };
type Workflow = { on: Record<string, unknown>; permissions?: Record<string, string>; jobs: Record<string, Job> };

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.github', 'workflows');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const renderedFolders = ['base', 'overlays', 'patterns'];

describe.each(readdirSync(folder))('%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test('pins every action by its commit, and names the version in a comment', () => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test('may only read the repository, except for the rights that a release needs', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const writes = jobs
      .flatMap(({ permissions = {} }) => Object.entries(permissions))
      .filter(([, right]) => right !== 'read');
    expect(writes).toEqual(
      file === 'release.yml'
        ? [
            ['packages', 'write'],
            ['id-token', 'write'],
            ['contents', 'write'],
          ]
        : [],
    );
  });

  test('keeps no credentials, gives pull requests no rights, and has timeouts', () => {
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
    expect(workflow.on).not.toHaveProperty('pull_request_target');
    expect(steps.filter(({ run = '' }) => /\$\{\{/.test(run))).toEqual([]);
    expect(jobs.every((job) => (job['timeout-minutes'] ?? Infinity) <= 60)).toBe(true);
  });

  test('calls only npm scripts that exist', () => {
    const named = steps.flatMap(({ run = '' }) => [
      ...run.matchAll(/npm (?:run )?(test|e2e\S*|images\S*|kind\S*|release)/g),
    ]);
    expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the manifests workflow compares every download with a checksum', () => {
  const text = readFileSync(join(folder, 'manifests.yml'), 'utf8');
  const downloads = [...text.matchAll(/curl .*-o (\S+)/g)].map(([, name = '']) => name);
  expect(downloads.length).toBeGreaterThan(0);
  expect(downloads.filter((name) => !new RegExp(`_SHA256 {2}${name}" \\| sha256sum --check`).test(text))).toEqual([]);
});

test('the manifests workflow renders every folder that can be applied', () => {
  const text = readFileSync(join(folder, 'manifests.yml'), 'utf8');
  expect(renderedFolders.filter((name) => !text.includes(`k8s/${name}`))).toEqual([]);
});
