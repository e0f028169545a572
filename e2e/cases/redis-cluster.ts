import { runBlocks } from '../../tools/run-blocks.ts';
import { namespace, until } from '../app-client.ts';
import { expect } from '../case.ts';
import { kubectl, run } from '../run.ts';
import { blocksThatNeed, suitePages } from './pages.ts';

/** The commands of its README: the first block forms it, the second one scales it. */
const blocks = blocksThatNeed(suitePages.redisCluster, 'cluster');
const masters = [0, 1, 2];
const node = (ordinal: number) => `redis-cluster-${ordinal}`;

/** Writes keys through the ambassador until `cache:stop` is there, then reads them all; prints what it saw as JSON. */
const writer = `
  const socket = require('node:net').connect(6379, '127.0.0.1');
  let rest = '';
  const waiting = [];
  socket.on('data', (chunk) => {
    rest += chunk;
    for (;;) {
      const end = rest.indexOf('\\r\\n');
      if (end < 0) return;
      const line = rest.slice(0, end);
      const bulk = line[0] === '$' && line !== '$-1';
      const whole = bulk ? end + 4 + Number(line.slice(1)) : end + 2;
      if (rest.length < whole) return;
      waiting.shift()(bulk ? rest.slice(end + 2, whole - 2) : line);
      rest = rest.slice(whole);
    }
  });
  const ask = (text) => new Promise((resolve) => { waiting.push(resolve); socket.write(text + '\\r\\n'); });
  (async () => {
    const acknowledged = [];
    let refused = 0, longest = 0, last = performance.now();
    for (let n = 0; ; n += 1) {
      // A few hundred a second: what is held is moved, and the point is not how fast.
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (n % 50 === 0 && (await ask('GET cache:stop')) === 'yes') break;
      if ((await ask('SET cache:e2e-' + n + ' ' + n + ' EX 3600')) !== '+OK') { refused += 1; continue; }
      acknowledged.push(n);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    let lost = 0;
    for (const n of acknowledged) if ((await ask('GET cache:e2e-' + n)) !== String(n)) lost += 1;
    console.log(JSON.stringify({ acknowledged: acknowledged.length, refused, lost, longest: Math.round(longest) }));
    socket.end();
  })();
`;
const inApp = (code: string) =>
  run('kubectl', ['-n', namespace, 'exec', 'podkit-0', '-c', 'app', '--', 'node', '-e', code], { timeout: 900_000 });
const send = (command: string) =>
  inApp(
    `const s = require('node:net').connect(6379, '127.0.0.1', () => s.write('${command}\\r\\nQUIT\\r\\n')); s.on('data', (d) => process.stdout.write(d));`,
  );

/** The base with a Redis Cluster in place of its one Redis, formed and reachable through the ambassador. */
export async function formCluster(folder: string): Promise<string> {
  await kubectl('-n', namespace, 'delete', 'statefulset,service,pdb,networkpolicy', 'redis', '--ignore-not-found');
  await runBlocks(blocks.slice(0, 1), { cwd: folder, timeout: 600_000 });
  await until('the ambassador to write to it', async () => (await send('SET cache:formed 1')).startsWith('+OK'));
  return 'six nodes, written through the ambassador';
}

/** Each master is deleted once while keys are written: every acknowledged one is there. */
export async function deleteMasters(): Promise<string> {
  return whileWriting(async () => {
    for (const ordinal of masters) {
      await kubectl('-n', namespace, 'delete', 'pod', node(ordinal), '--timeout=120s');
      await kubectl('-n', namespace, 'rollout', 'status', 'statefulset/redis-cluster', '--timeout=300s');
    }
  });
}

/** From three masters to five and back while keys are written. */
export async function scaleMasters(folder: string): Promise<string> {
  return whileWriting(async () => {
    await runBlocks(blocks.slice(1), { cwd: folder, timeout: 600_000 });
  });
}

async function whileWriting(work: () => Promise<void>): Promise<string> {
  await send('DEL cache:stop');
  const written = inApp(writer);
  try {
    await work();
  } finally {
    await send('SET cache:stop yes');
  }
  const output = await written;
  const seen = JSON.parse(output.slice(output.indexOf('{'))) as Record<
    'acknowledged' | 'refused' | 'lost' | 'longest',
    number
  >;
  expect(seen.acknowledged > 0, 'nothing was acknowledged');
  expect(seen.lost === 0, `${seen.lost} of ${seen.acknowledged} acknowledged writes are lost`);
  return `${seen.acknowledged} writes acknowledged, 0 lost, ${seen.refused} refused, longest pause ${seen.longest} ms`;
}
