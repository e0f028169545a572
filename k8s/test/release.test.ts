import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { imageNames } from '../../tools/image-set.ts';
import { hasHelm, helmTemplate } from './manifests/helm.ts';
import { manifestSet } from './manifests/manifest-set.ts';
import { findRenderer } from './manifests/render.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const registry = 'ghcr.io/example/podkit';
const hashName = (name: string) => `sha256:${createHash('sha256').update(name).digest('hex')}`;

/** The metadata file that `docker buildx bake release --push --metadata-file` writes. */
const metadata = (tag = version) =>
  Object.fromEntries(
    imageNames.map((name) => [
      `${name}-multi`,
      { 'image.name': `${registry}/${name}:${tag}`, 'containerimage.digest': hashName(name) },
    ]),
  );

function release(folder: string, tag?: string) {
  writeFileSync(join(folder, 'metadata.json'), JSON.stringify(metadata(tag)));
  const words = [join(root, 'tools', 'release.ts'), join(folder, 'metadata.json'), join(folder, 'out')];
  return spawnSync(process.execPath, words, { encoding: 'utf8' });
}

const built = imageNames.map((name) => `${registry}/${name}@${hashName(name)}`);
const ofOthers = /^(redis|postgres):[\w.-]+$/;

/** The images that a manifest names, without those of other projects. */
const findImages = (yaml: string) =>
  [...yaml.matchAll(/^\s*(?:- )?image: (\S+)$/gm)]
    .map(([, image = '']) => image)
    .filter((image) => !ofOthers.test(image));

describe.skipIf(findRenderer()?.[0] !== 'kubectl')('a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-test-'));

  beforeAll(() => {
    const { status, stderr } = release(folder);
    if (status !== 0) throw new Error(stderr);
    execFileSync('tar', ['-xzf', join(folder, 'out', `podkit-kustomize-${version}.tar.gz`), '-C', folder]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('install.yaml names every image that we build, by its digest, and no other of ours', () => {
    const named = findImages(readFileSync(join(folder, 'out', 'install.yaml'), 'utf8'));
    expect([...new Set(named)].toSorted()).toEqual(built.toSorted());
  });

  test('the kustomize base, each overlay and each pattern name only images that we build', () => {
    const folders = ['overlays', 'patterns'].flatMap((name) =>
      readdirSync(join(folder, 'k8s', name)).map((inner) => `${name}/${inner}`),
    );
    for (const name of ['base', ...folders]) {
      const named = findImages(execFileSync('kubectl', ['kustomize', join(folder, 'k8s', name)], { encoding: 'utf8' }));
      expect(named).not.toEqual([]);
      expect(named.filter((image) => !built.includes(image))).toEqual([]);
    }
  });

  test('install.yaml has no Secret, because create-secret creates it', () => {
    expect(readFileSync(join(folder, 'out', 'install.yaml'), 'utf8')).not.toMatch(/^kind: Secret$/m);
    expect(readdirSync(join(folder, 'out'))).toContain('create-secret');
  });

  test.skipIf(!hasHelm)('the chart names the same images', async () => {
    const named = manifestSet('chart', await helmTemplate(join(folder, 'out', 'podkit'))).containers.map(
      ({ container: { image = '' } }) => image,
    );
    const ours = named.filter((image) => !ofOthers.test(image));
    expect([...new Set(ours)].toSorted()).toEqual(built.toSorted());
  });

  test('images.txt lists every pushed image, to be signed', () => {
    expect(
      readFileSync(join(folder, 'out', 'images.txt'), 'utf8')
        .trim()
        .split('\n')
        .toSorted(),
    ).toEqual(built.toSorted());
  });

  test('a release refuses images of another version', () => {
    expect(release(tempDir(), `v${version}`).stderr).toContain(`is not of version ${version} of package.json`);
  });
});

test('every package of the workspace has the version of package.json', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };
  const ours = Object.entries(lock.packages).filter(([path]) => !path.includes('node_modules'));
  expect(ours.length).toBeGreaterThan(8);
  expect(ours.filter(([, entry]) => entry.version !== version)).toEqual([]);
  const files = ours.map(([path]) => JSON.parse(read(join(path, 'package.json'))) as { version: string });
  expect(files.filter((file) => file.version !== version)).toEqual([]);
});

test('CHANGELOG.md describes the version of package.json', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## ${version}`);
});

type Step = { uses?: string; run?: string; env?: Record<string, string> };

test('the release workflow pushes and signs the images, and removes the v from its tag', () => {
  const workflow = parse(read('.github/workflows/release.yml')) as { jobs: Record<string, { steps: Step[] }> };
  const runs = Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
  const all = runs.join('\n');
  expect(all).toContain('VERSION=${GITHUB_REF_NAME#v}');
  expect(all).toContain('docker buildx bake release --push --metadata-file');
  expect(all).toContain('cosign sign --yes');
  expect(all).toContain('npm run release --');
});

test('every image is a target of the Dockerfile', () => {
  const targets = [...read('Dockerfile').matchAll(/^FROM .* AS ([\w-]+)$/gm)].map(([, name]) => name);
  expect(imageNames.filter((name) => !targets.includes(name))).toEqual([]);
});
