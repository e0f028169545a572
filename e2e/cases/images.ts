import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localImage } from '../../tools/image-set.ts';
import { type Case, expect } from '../case.ts';
import { Container, type Image, inspectImage, listLayers, pullMissing } from '../container.ts';
import { attempt, run } from '../run.ts';

/** An image under test: its options for `docker run`, and its readiness endpoint. */
type Subject = { name: string; base: string; port: number; ready: string; options: string[]; words?: string[] };

/** A row of the table: image, base, MB on top of it without git and ssh, MB of git and ssh, user, ms from start to ready. */
export type Row = { image: string; base: string; added: number; tools: number; user: string; ready: number };

const node = 'node:24-trixie-slim';
const distroless = 'gcr.io/distroless/nodejs24-debian13:nonroot';
const root = join(import.meta.dirname, '..', '..');
const site = join(root, 'local/site');
const adapterConfig = join(root, 'services/metrics-adapter/examples/app.yaml');
const appOptions = [
  '-v',
  `${site}:/site:ro`,
  '-e',
  'APP_SITE=/site',
  '-e',
  'APP_REQUIRES=site',
  '-e',
  'APP_CONSOLE_OPEN=true',
];
const limitMegabytes = 25;

const subjects = (repository: string): Subject[] => [
  { name: 'app', base: node, port: 8081, ready: '/readyz', options: appOptions },
  {
    name: 'git-sync',
    base: node,
    port: 9376,
    ready: '/',
    options: ['-v', `${repository}:/repo.git:ro`, '-v', '/git'],
    words: ['--repo=file:///repo.git', '--ref=main', '--http-bind=:9376'],
  },
  { name: 'git-server', base: node, port: 8888, ready: '/healthz', options: ['-v', '/repositories'] },
  {
    name: 'metrics-adapter',
    base: distroless,
    port: 9464,
    ready: '/readyz',
    options: ['-v', `${adapterConfig}:/etc/adapter.yaml:ro`, '-e', 'ADAPTER_CONFIG=/etc/adapter.yaml'],
  },
  { name: 'ambassador', base: distroless, port: 3501, ready: '/readyz', options: [] },
  { name: 'downward-reader', base: distroless, port: 8090, ready: '/readyz', options: [] },
];

/** Test every image alone: its size, labels and user, and how it starts and stops with a read-only root. */
export function imageCases(rows: Row[]): Case[] {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-images-'));
  const repository = join(folder, 'repo.git');
  return [
    { name: 'the repository for the images is created', run: () => makeRepository(folder, repository) },
    ...subjects(repository).map((subject) => ({
      name: `image ${subject.name}`,
      run: () => check(subject, localImage(subject.name), rows),
    })),
    {
      name: 'image git-sync publishes the same tree as the sources',
      run: () => sameTree(folder, repository, localImage('git-sync')),
    },
  ].map((one, index, all) => (index === all.length - 1 ? { ...one, run: () => thenRemove(folder, one.run) } : one));
}

async function thenRemove(folder: string, work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeRepository(folder: string, repository: string): Promise<string> {
  const work = join(folder, 'work');
  mkdirSync(join(work, 'a'), { recursive: true });
  writeFileSync(join(work, 'index.html'), '<h1>First edition</h1>\n');
  writeFileSync(join(work, 'a', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await run('ln', ['-s', 'a/run.sh', 'link'], { cwd: work });
  const author = ['-c', 'user.name=you', '-c', 'user.email=you@localhost'];
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: work });
  await run('git', ['add', '.'], { cwd: work });
  await run('git', [...author, 'commit', '--quiet', '--message=First edition'], { cwd: work });
  await run('git', ['clone', '--quiet', '--bare', work, repository]);
  await run('chmod', ['-R', 'a+rX', folder]);
  return 'with a file, an executable file and a link';
}

async function check(subject: Subject, reference: string, rows: Row[]): Promise<string> {
  const image = await inspectImage(reference);
  const { added, tools } = await measureLayers(subject, reference);
  expect(added <= limitMegabytes, `${added.toFixed(1)} MB on top of ${subject.base}`);
  expectConfig(subject, image);
  const container = await Container.start(
    reference,
    subject.port,
    ['-e', 'SWAGGER_UI=true', ...subject.options],
    subject.words,
  );
  try {
    const ready = await container.untilReady(subject.ready);
    // The bundle moves the code of Swagger UI, which finds its page by a path from there.
    const pages = subject.name === 'git-server' ? [] : ['/openapi.json', '/docs', '/docs/static/swagger-ui-bundle.js'];
    for (const page of pages) await container.expectStatus(page, 200);
    const health = image.Config.Healthcheck === undefined ? 'no health check' : await container.runHealthcheck(image);
    const { exitCode, milliseconds } = await container.stop();
    expect(exitCode === 0, `it ended with ${exitCode}: ${await container.logs()}`);
    rows.push({ image: subject.name, base: subject.base, added, tools, user: image.Config.User, ready });
    return `${added.toFixed(1)} MB, ready after ${ready} ms, ${health}, exited with 0 ${milliseconds} ms after SIGTERM`;
  } finally {
    await container.remove();
  }
}

const megabytes = (bytes: number) => bytes / 1e6;

async function measureLayers({ base }: Subject, reference: string): Promise<{ added: number; tools: number }> {
  await pullMissing(base);
  const layers = await listLayers(reference);
  const below = await listLayers(base);
  const own = layers.slice(0, layers.length - below.length);
  const sum = (some: typeof own) => megabytes(some.reduce((total, { bytes }) => total + bytes, 0));
  const tools = sum(own.filter(({ by }) => by.includes('apt-get install')));
  return { added: sum(own) - tools, tools };
}

const labels = ['title', 'description', 'version', 'licenses'].map((name) => `org.opencontainers.image.${name}`);

function expectConfig({ name }: Subject, { Config }: Image): void {
  const [uid = '', gid = ''] = Config.User.split(':');
  expect(Number(uid) > 10_000 && Number(gid) > 10_000, `its user is ${Config.User}`);
  const missing = labels.filter((label) => (Config.Labels?.[label] ?? '') === '');
  expect(missing.length === 0, `it has no label ${missing.join(', ')}`);
  expect(Array.isArray(Config.Entrypoint), 'a shell runs its entry point');
  // git-sync serves HTTP only with --http-bind, so the image has no health check for it.
  expect(name === 'git-sync' || Config.Healthcheck !== undefined, 'it has no HEALTHCHECK');
}

/** With an unknown user and a read-only root, the image must publish the same tree and exit with the same codes as the sources. */
async function sameTree(folder: string, repository: string, reference: string): Promise<string> {
  const roots = { image: join(folder, 'image'), sources: join(folder, 'sources') };
  for (const path of Object.values(roots)) {
    mkdirSync(path);
    await run('chmod', ['0777', path]);
  }
  const words = ['--ref=main', '--link=current', '--one-time'];
  const docker = ['run', '--rm', '--read-only', '--user', '12345', '-v', `${repository}:/repo.git:ro`];
  const byImage = (more: string[]) =>
    attempt('docker', [...docker, '-v', `${roots.image}:/out`, reference, '--root=/out', ...words, ...more]);
  const main = join(root, 'services/git-sync/src/main.ts');
  const bySources = (more: string[]) => attempt(process.execPath, [main, `--root=${roots.sources}`, ...words, ...more]);
  const codes: number[] = [];
  for (const [inImage, here] of [
    ['--repo=file:///repo.git', `--repo=file://${repository}`],
    ['--repo=file:///nowhere.git', '--repo=file:///nowhere.git'],
    ['--no-such-flag', '--no-such-flag'],
  ] as const) {
    const one = await byImage([inImage]);
    const other = await bySources([here]);
    expect(one.code === other.code, `${inImage} ended with ${one.code}, with the sources ${other.code}: ${one.output}`);
    codes.push(one.code);
  }
  const [one, other] = await Promise.all([listTree(roots.image), listTree(roots.sources)]);
  expect(one === other && one.includes('run.sh'), `the image published\n${one}the sources\n${other}`);
  await run('docker', [
    ...docker.slice(0, 2),
    '--user',
    '0',
    '--entrypoint',
    'rm',
    '-v',
    `${folder}:/f`,
    reference,
    '-rf',
    '/f/image',
  ]);
  return `the same ${one.trim().split('\n').length} entries with modes and contents, exit codes ${codes.join(', ')}`;
}

/** List every path with its type, mode, target and checksum, and the target of the published link. */
const listTree = (path: string): Promise<string> => run('bash', ['-c', tree], { cwd: path });

const tree = `readlink current; find current/ ! -name .git -printf '%P %y %m %l\\n' | sort
find current/ -type f ! -name .git -exec sha256sum {} + | sort`;
