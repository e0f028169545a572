import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { copyManifests, imageNames } from './image-set.ts';

/**
 * `npm run release -- METADATA FOLDER`: write what a release publishes beside its images. METADATA is the --metadata-file of the
 * `docker buildx bake` that pushed them. FOLDER gets install.yaml and the kustomize base (with each image by its digest),
 * create-secret, images.txt (the images to sign) and podkit (the chart to package).
 */
const root = join(import.meta.dirname, '..');
const [metadata = '', folder = ''] = process.argv.slice(2);
if (metadata === '' || folder === '') {
  console.error('release: expected the metadata file of docker buildx bake, and a folder to write to');
  process.exit(2);
}
type Target = { 'image.name': string; 'containerimage.digest': string };
const targets = JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, Target | undefined>;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** The name without the tag, and the digest, of a pushed image. @throws {Error} if it was not pushed */
function pushed(image: string): { newName: string; digest: string } {
  const target = targets[`${image}-multi`];
  if (target === undefined) throw new Error(`${metadata} has no ${image}-multi: was it built and pushed?`);
  const [reference = ''] = target['image.name'].split(',');
  if (!reference.endsWith(`:${version}`)) throw new Error(`${reference} is not of version ${version} of package.json`);
  return { newName: reference.slice(0, -version.length - 1), digest: target['containerimage.digest'] };
}

/** Write the chart with the digests of the pushed images in its values. */
function writeChart(to: string): void {
  cpSync(join(root, 'charts', 'podkit'), to, { recursive: true, dereference: true });
  const values = parseDocument(readFileSync(join(to, 'values.yaml'), 'utf8'));
  const images = imageNames.map((name) => ({ name, ...pushed(name) }));
  values.setIn(['image', 'registry'], dirname(images[0]?.newName ?? ''));
  values.setIn(['image', 'tag'], version);
  values.set('digests', Object.fromEntries(images.map(({ name, digest }) => [name, digest])));
  writeFileSync(join(to, 'values.yaml'), values.toString({ lineWidth: 0 }));
}

const work = mkdtempSync(join(tmpdir(), 'podkit-release-'));
try {
  mkdirSync(folder, { recursive: true });
  copyManifests(work, pushed);
  rmSync(join(work, 'k8s', 'test'), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(work, 'k8s', 'LICENSE'));
  const render = ['kustomize', join(work, 'k8s', 'base')];
  writeFileSync(join(folder, 'install.yaml'), execFileSync('kubectl', render, { maxBuffer: 2 ** 26 }));
  cpSync(join(root, 'k8s', 'create-secret'), join(folder, 'create-secret'));
  execFileSync('tar', ['-czf', join(folder, `podkit-kustomize-${version}.tar.gz`), '-C', work, 'k8s']);
  const references = imageNames.map(pushed).map(({ newName, digest }) => `${newName}@${digest}\n`);
  writeFileSync(join(folder, 'images.txt'), references.join(''));
  writeChart(join(folder, 'podkit'));
} finally {
  rmSync(work, { recursive: true, force: true });
}
