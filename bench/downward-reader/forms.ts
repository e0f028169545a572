import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';

// `npm run bench -- downward-reader/forms`: what `exec` adds before the program runs, and the memory at rest, of both forms: as
// it is in the image (one bundle) and from the sources, beside a bare Node in the same run. Ratios, not verdicts.
const rounds = 31;
const root = join(import.meta.dirname, '..', '..');
const built = spawnSync(process.execPath, [join(root, 'tools', 'build.ts'), 'downward-reader'], { stdio: 'inherit' });
if (built.status !== 0) throw new Error('the bundle could not be made');
const mains = {
  image: join(root, 'dist', 'downward-reader', 'src', 'main.js'),
  sources: join(root, 'services', 'downward-reader', 'src', 'main.ts'),
};
const directory = mkdtempSync(join(tmpdir(), 'podkit-bench-'));
await writeVolume(directory, { labels: 'app="shop"', 'limits/cpu_m': '500', 'limits/memory_mi': '256' });
const env = { PATH: process.env.PATH ?? '', DOWNWARD_DIR: directory, DRAIN_DELAY: '0s', LOG_LEVEL: 'warn' };

try {
  launch();
  await atRest();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function launch(): void {
  const commands = {
    bare: ['-e', '0'],
    image: [mains.image, 'exec', '--', 'true'],
    sources: [mains.sources, 'exec', '--', 'true'],
  };
  const times = { bare: [] as number[], image: [] as number[], sources: [] as number[] };
  for (let round = 0; round < rounds; round += 1)
    for (const form of ['bare', 'image', 'sources'] as const) times[form].push(timeOf(commands[form]));
  const bare = median(times.bare);
  console.log(`node -e 0                   p50 ${bare.toFixed(1)} ms`);
  for (const form of ['image', 'sources'] as const) {
    const p50 = median(times[form]);
    console.log(`exec -- true, ${form.padEnd(13)} p50 ${p50.toFixed(1)} ms   ratio ${(p50 / bare).toFixed(2)}`);
  }
}

function timeOf(args: string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${String(stderr)}`);
  return performance.now() - began;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function atRest(): Promise<void> {
  const bare = await restingMegabytes(['-e', 'setInterval(() => {}, 1e6)']);
  console.log(`node at rest                ${bare.toFixed(1)} MB resident`);
  for (const [form, main] of Object.entries(mains)) {
    const own = await restingMegabytes([main]);
    console.log(`at rest, ${form.padEnd(18)} ${own.toFixed(1)} MB resident   ratio ${(own / bare).toFixed(2)}`);
  }
}

/** After five seconds, which is longer than what a service does after its start. */
async function restingMegabytes(args: string[]): Promise<number> {
  const port = await freePort();
  const child = spawn(process.execPath, args, { env: { ...env, PORT: String(port) }, stdio: 'ignore' });
  try {
    if (args.length === 1) await waitFor('the reader', async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / 1e6;
  } finally {
    child.kill('SIGTERM');
  }
}
