import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PodStore } from '../../src/pods/pod-store.ts';

const writer = join(import.meta.dirname, '..', 'fixtures', 'data-writer.ts');

/** SIGKILL a process that writes keys, again and again on the same volume, and count what was acknowledged and is not there. */
export async function killSweep(folder: string, rounds: number): Promise<{ acknowledged: number; lost: number }> {
  const acknowledged = new Map<string, number>();
  let last = 0;
  let count = 0;
  let lost = 0;
  for (let round = 0; round < rounds; round += 1) {
    const text = await writeUntilKilled(folder, last, 20 + ((round * 37) % 150));
    for (const line of text.split('\n').slice(0, -1)) {
      const [key = '', version = '0'] = line.split(' ');
      acknowledged.set(key, Math.max(Number(version), acknowledged.get(key) ?? 0));
      last = Math.max(last, Number(version));
      count += 1;
    }
    lost += countMissing(folder, acknowledged);
    // Beyond what may be there without having been acknowledged.
    last += 8;
  }
  return { acknowledged: count, lost };
}

async function writeUntilKilled(folder: string, start: number, afterMs: number): Promise<string> {
  const child = spawn(process.execPath, [writer, folder, String(start)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    text += chunk.toString();
  });
  await once(child, 'close');
  return text;
}

function countMissing(folder: string, acknowledged: ReadonlyMap<string, number>): number {
  const store = new PodStore({ folder, limit: 2 ** 30 });
  const there = (key: string) => Number(Buffer.from(store.get(key)?.bytes ?? '').toString());
  const lost = [...acknowledged].filter(([key, version]) => there(key) < version).length;
  store.close({});
  return lost;
}
