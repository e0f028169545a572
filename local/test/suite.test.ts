import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '@podkit/chassis/testing/is-running';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { downwardFiles } from '../src/pod.ts';
import { type Suite, startSuite } from './support/start-suite.ts';

const text = async (url: string) => (await fetch(url)).text();

describe('npm start', () => {
  let tmp: string;
  let suite: Suite;

  beforeAll(async () => {
    tmp = mkdtempSync(join(tmpdir(), 'podkit-suite-'));
    suite = await startSuite(tmp);
  });

  afterAll(() => {
    suite?.kill('SIGKILL');
    rmSync(tmp, { recursive: true, force: true });
  });

  /** Where the demo's clone is, as the table tells the user. */
  const clone = () => /cd (\S+) &&/.exec(suite.output.join('\n'))?.[1] ?? '';
  const git = (...args: string[]) => execFileSync('git', args, { cwd: clone(), stdio: 'pipe' });

  test('starts the processes in the order of a Pod', () => {
    const order = suite.output.filter((line) => line.endsWith(' started')).map((line) => line.split(/\s+/)[1]);
    expect(order.filter((name) => name !== 'redis')).toEqual([
      'postgres',
      'git-sync',
      'ambassador',
      'metrics-adapter',
      'downward-reader',
      'app',
    ]);
  });

  test('serves the site and the console', async () => {
    expect(await text(suite.url('app', '/'))).toContain('It works.');
    expect(await text(suite.url('app-admin', '/console'))).toContain('<html');
  });

  test('shows a commit on the page', async () => {
    writeFileSync(join(clone(), 'index.html'), '<h1>Second edition</h1>');
    git('commit', '--quiet', '--all', '--message', 'Second edition');
    git('push', '--quiet');
    await waitFor('the new page', async () => (await text(suite.url('app', '/'))).includes('Second edition'));
  });

  test('stores a note through the ambassador and reads it back', async () => {
    const url = suite.url('app', '/api/notes/first');
    const headers = { 'content-type': 'application/json' };
    const put = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ text: 'remember' }) });
    expect(put.ok).toBe(true);
    expect(await (await fetch(url)).json()).toMatchObject({ text: 'remember' });
  });

  test('turns the stats of the app into Prometheus text that promtool accepts', async () => {
    await text(suite.url('app', '/'));
    const metrics = await text(suite.url('adapter', '/metrics'));
    expect(metrics).toMatch(/^app_requests_total\{.*\} \d+$/m);
    expect(metrics).toMatch(/^\w*up\{?.*\}? 1$/m);
    expect(execFileSync('promtool', ['check', 'metrics'], { input: metrics, stdio: 'pipe' }).toString()).toBe('');
  });

  test('follows the labels of the simulated Pod', async () => {
    const podinfo = join(
      readdirSync(tmp)
        .map((name) => join(tmp, name, 'podinfo'))
        .find(existsSync) ?? '',
    );
    await writeVolume(podinfo, { ...downwardFiles, labels: 'app="podkit"\ncolor="green"' });
    await waitFor('the new label', async () => (await text(suite.url('downward', '/'))).includes('green'));
  });

  test('starts a container that dies again, and shows it', async () => {
    const main = join('services', 'downward-reader', 'src');
    const [pid] = execFileSync('pgrep', ['-f', `${main}.*`, '-P', String(suite.pid)])
      .toString()
      .split('\n');
    const before = suite.output.length;
    process.kill(Number(pid), 'SIGKILL');
    const since = (state: string) =>
      suite.output.slice(before).some((line) => line.endsWith(`downward-reader  ${state}`));
    await waitFor('the restart', () => since('restarting: ended (SIGKILL); starting again'));
    await waitFor('it to be ready', () => since('ready'));
  });

  test('probes the app as a kubelet does, so that its console shows probes', async () => {
    const url = suite.url('app-admin', '/api/console/history');
    const areProbed = async () => {
      const { calls } = JSON.parse(await text(url)) as { calls: { probe: string; ok: boolean }[] };
      return ['startupz', 'livez', 'readyz'].every((kind) => calls.some(({ probe, ok }) => probe === kind && ok));
    };
    await waitFor('probes of all three kinds', areProbed);
  });

  test('refuses a change of state without the token of the run', async () => {
    const save = await fetch(suite.url('ambassador', '/v1.0/state/notes'), { method: 'POST', body: '[]' });
    expect(save.status).toBe(401);
    const hook = await fetch(suite.url('app-admin', '/hooks/pre-stop'));
    expect(hook.status).toBe(401);
  });

  test('stops in the order of Kubernetes, lets requests finish, exits 0 and leaves nothing behind', async () => {
    const finished = slowUpload(suite.url('app', '/api/notes/late'));
    const children = listChildren(suite);
    suite.kill('SIGINT');
    expect(await finished).toBeLessThan(300);
    expect(await suite.exited).toBe(0);
    const order = suite.output
      .filter((line) => / stopped: /.test(line))
      .map((line) => line.split(/\s+/).slice(1).join(' '));
    expect(order.filter((line) => !line.startsWith('redis'))).toEqual([
      'app stopped: exit 0',
      'downward-reader stopped: exit 0',
      'metrics-adapter stopped: exit 0',
      'ambassador stopped: exit 0',
      'git-sync stopped: exit 0',
      'postgres stopped: exit 0',
    ]);
    expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(readdirSync(tmp)).toEqual([]);
  });
});

const listChildren = ({ pid }: Suite) =>
  execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n');

/** Begin a PUT, send the second half of its body only once the app drains, and give the status. */
async function slowUpload(url: string): Promise<number> {
  const body = JSON.stringify({ text: 'late' });
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const upload = request(url, { method: 'PUT', headers });
  const answered = once(upload, 'response');
  upload.write(body.slice(0, 5));
  await waitFor('the app to drain', async () => (await fetch(url)).headers.get('connection') === 'close');
  upload.end(body.slice(5));
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

describe('npm start --data', () => {
  test('keeps a note between two runs', async () => {
    const tmp = mkdtempSync(join(tmpdir(), 'podkit-suite-'));
    onTestFinished(() => rmSync(tmp, { recursive: true, force: true }));
    const data = join(tmp, 'kept');
    const headers = { 'content-type': 'application/json' };
    const first = await startSuite(tmp, [`--data=${data}`]);
    await fetch(first.url('app', '/api/notes/x'), { method: 'PUT', headers, body: '{"text":"kept"}' });
    first.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    const second = await startSuite(tmp, [`--data=${data}`]);
    expect(await (await fetch(second.url('app', '/api/notes/x'))).json()).toMatchObject({ text: 'kept' });
    second.kill('SIGTERM');
    expect(await second.exited).toBe(0);
  });
});

describe('npm start that is killed', () => {
  test('leaves no process behind', async () => {
    const tmp = mkdtempSync(join(tmpdir(), 'podkit-suite-'));
    onTestFinished(() => rmSync(tmp, { recursive: true, force: true }));
    const suite = await startSuite(tmp);
    const children = listChildren(suite);
    suite.kill('SIGKILL');
    await waitFor('the end of all', () => !children.some(isRunning));
  });
});

describe('npm start with wrong options', () => {
  test('names the port that is taken and the option that moves it', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(start([`--app-port=${port}`])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        `port ${port} (app) is taken by another program; choose another with --app-port=PORT`,
      ),
    });
  });

  test('names the nearest option', () => {
    expect(start(['--app-prt=1'])).toEqual({
      status: 2,
      stderr: 'npm start: --app-prt: no such flag; did you mean --app-port?',
    });
  });
});

function start(args: string[]) {
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { env: { PATH: process.env.PATH } });
  return { status, stderr: String(stderr).trim() };
}
