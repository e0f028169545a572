import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { type Case, expect } from '../case.ts';
import type { Compose } from '../compose-project.ts';
import { run } from '../run.ts';

const members = ['git-sync', 'ambassador', 'metrics-adapter', 'downward-reader', 'app'];
const soon = { timeout: 60_000, interval: 200 };

/** The suite in Docker Compose: it starts, serves, survives killed containers, and stops. The cases build on each other. */
export function composeCases(project: Compose): Case[] {
  return [
    { name: 'compose starts', run: () => comeUp(project) },
    { name: 'compose shows a push on the page', run: () => push(project) },
    { name: 'compose refuses a push without the password', run: () => pushAsStranger(project) },
    { name: 'compose stores notes in PostgreSQL and cached keys in Redis', run: () => store(project) },
    { name: 'compose exposes the metrics of the app', run: () => metrics(project) },
    { name: 'compose serves the console and the labels of the Pod', run: () => showConsole(project) },
    ...['ambassador', 'redis', 'postgres', 'app'].map((service) => ({
      name: `compose recovers from a killed ${service}`,
      run: () => killed(project, service),
    })),
    {
      name: 'compose recovers by itself when the container that holds the network ends',
      run: () => holderDies(project),
    },
    {
      name: 'compose runs every container read-only, without capabilities and not as root',
      run: () => hardened(project),
    },
    { name: 'compose stops the app first, and every container of the Pod exits with 0', run: () => stop(project) },
    { name: 'compose has its note after a restart', run: () => again(project) },
    { name: 'compose is removed and leaves nothing behind', run: () => goAway(project) },
  ];
}

const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);

async function comeUp(project: Compose): Promise<string> {
  const began = performance.now();
  await project.compose('build', '--quiet');
  const built = performance.now();
  await project.compose('up', '--detach', '--wait', '--wait-timeout', '120');
  for (const name of members) expect((await project.state(name)).health === 'healthy', `${name} is not healthy`);
  expect((await project.state('clone')).exitCode === 0, 'the init container did not end with 0');
  return `built in ${seconds(began, built)} s, all healthy ${seconds(built, performance.now())} s later`;
}

async function push(project: Compose): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'podkit-push-'));
  try {
    const password = readFileSync(join(import.meta.dirname, '../../compose/demo-secrets/push-password'), 'utf8').trim();
    await run('git', ['clone', '--quiet', project.repository(password), work]);
    writeFileSync(join(work, 'index.html'), '<h1>Second edition</h1>\n');
    const author = ['-c', 'user.name=you', '-c', 'user.email=you@localhost'];
    await run('git', [...author, 'commit', '--quiet', '--all', '--message=Second edition'], { cwd: work });
    const began = performance.now();
    await run('git', ['push', '--quiet', 'origin', 'HEAD:main'], { cwd: work });
    await waitFor(
      'the new page',
      async () => (await (await fetch(`${project.app}/`)).text()).includes('Second edition'),
      soon,
    );
    return `shown ${((performance.now() - began) / 1000).toFixed(1)} s after the push began`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function pushAsStranger(project: Compose): Promise<string> {
  const url = project.repository('wrong').replace(/\/\/[^@]*@/, '//');
  const { status } = await fetch(`${url}/info/refs?service=git-receive-pack`);
  expect(status === 401, `it answered ${status}`);
  return '401';
}

const putNote = (project: Compose, id: string) =>
  fetch(`${project.app}/api/notes/${id}`, { method: 'PUT', body: `note ${id}` });

async function store(project: Compose): Promise<string> {
  const { status } = await putNote(project, 'kept');
  expect(status === 201, `PUT answered ${status}`);
  const rows = await project.compose('exec', '-T', 'postgres', 'sh', '-c', countRows);
  expect(Number(rows) > 0, `PostgreSQL has ${rows.trim()} rows`);
  await project.compose('exec', '-T', 'app', 'node', '-e', saveCached);
  const keys = await project.compose('exec', '-T', 'redis', 'sh', '-c', listKeys);
  expect(keys.includes('cache:1'), `Redis has ${keys.trim()}`);
  return `${rows.trim()} rows in PostgreSQL, ${keys.trim()} in Redis`;
}

const saveCached = `fetch('http://127.0.0.1:3500/v1.0/state/auto', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify([{ key: 'cache:1', value: 'cached' }]),
}).then(({ status }) => process.exit(status === 204 ? 0 : 1))`;

const countRows =
  'PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")" psql -h 127.0.0.1 -U podkit -Atc "select count(*) from state"';
const listKeys = 'redis-cli --no-auth-warning -a "$(cat /run/secrets/redis-password)" --scan';

async function metrics(project: Compose): Promise<string> {
  const text = await (await fetch(project.metrics)).text();
  const line = /^app_requests_total\{.*notes.*$/m.exec(text)?.[0];
  expect(line !== undefined, 'no app_requests_total of the notes');
  return line ?? '';
}

async function showConsole(project: Compose): Promise<string> {
  const page = await fetch(`${project.admin}/console/`);
  expect(page.status === 200 && (await page.text()).includes('<html'), `/console answered ${page.status}`);
  const state = await fetch(`${project.admin}/api/console`);
  expect(state.status === 200, `/api/console answered ${state.status}`);
  const labels = await project.compose('exec', '-T', 'app', 'node', '-e', printLabels);
  expect(labels.includes('app.kubernetes.io/name'), `the downward reader answered ${labels}`);
  return `the page; labels: ${labels.trim()}`;
}

const printLabels = "fetch('http://127.0.0.1:8090/labels').then((answer) => answer.text()).then(console.log)";

async function killed(project: Compose, service: string): Promise<string> {
  const began = performance.now();
  await project.compose('kill', '--signal', 'SIGKILL', service);
  // For the restart policy `docker kill` is a manual stop, so start the container again.
  await project.compose('start', service);
  await waitFor(
    'a note to be read and written',
    async () => {
      const kept = await fetch(`${project.app}/api/notes/kept`);
      const put = await putNote(project, `after-${service}`);
      return kept.status === 200 && (await kept.text()).includes('note kept') && put.status < 300;
    },
    soon,
  );
  return `reads and writes ${((performance.now() - began) / 1000).toFixed(1)} s after the kill`;
}

async function holderDies(project: Compose): Promise<string> {
  const began = performance.now();
  const states = () => Promise.all(members.map((name) => project.state(name)));
  const before = await states();
  // Not with `docker kill`: after it no restart policy acts.
  await project.compose('exec', '-T', 'pod', 'sh', '-c', 'kill 1');
  const areBack = async () =>
    (await states()).every(
      ({ startedAt, health }, index) => startedAt !== before[index]?.startedAt && health === 'healthy',
    );
  await waitFor('every member to be healthy again', areBack, { timeout: 120_000, interval: 1000 });
  expect((await fetch(`${project.app}/`)).status === 200, 'the published port does not answer');
  return `all healthy again after ${seconds(began, performance.now())} s`;
}

async function hardened(project: Compose): Promise<string> {
  const ids = (await project.compose('ps', '--quiet')).trim().split('\n');
  const found = JSON.parse(await run('docker', ['inspect', ...ids])) as {
    Name: string;
    Config: { User: string };
    HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] | null; Memory: number };
  }[];
  const loose = found.filter(
    ({ Config, HostConfig }) =>
      !HostConfig.ReadonlyRootfs ||
      !HostConfig.CapDrop?.includes('ALL') ||
      HostConfig.Memory === 0 ||
      ['', '0', 'root'].includes(Config.User),
  );
  expect(loose.length === 0, loose.map(({ Name }) => Name).join(', '));
  return `${found.length} containers`;
}

async function stop(project: Compose): Promise<string> {
  await project.compose('stop');
  const states = await Promise.all(members.map(async (name) => ({ name, ...(await project.state(name)) })));
  const bad = states.filter(({ exitCode }) => exitCode !== 0);
  expect(bad.length === 0, bad.map(({ name, exitCode }) => `${name} ended with ${exitCode}`).join(', '));
  const [first] = states.toSorted((a, b) => a.finishedAt.localeCompare(b.finishedAt));
  expect(first?.name === 'app', `${first?.name} ended first`);
  return states.map(({ name, exitCode }) => `${name} ${exitCode}`).join(', ');
}

async function again(project: Compose): Promise<string> {
  await project.compose('up', '--detach', '--wait', '--wait-timeout', '120');
  const { status } = await fetch(`${project.app}/api/notes/kept`);
  expect(status === 200, `GET answered ${status}`);
  return 'the note is in the kept volume';
}

async function goAway(project: Compose): Promise<string> {
  await project.down();
  const left = await project.leftovers();
  expect(left.length === 0, `left: ${left.join(', ')}`);
  return 'no container, volume or network is left';
}
