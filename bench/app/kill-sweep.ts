import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShardStore } from '../../services/app/src/shard/shard-store.ts';

// `npm run bench -- app/kill-sweep [rounds]`: SIGKILL a process that writes keys, again and again on the same volume, each time at
// another moment, and count what was acknowledged and is not there. The tests have a short version.
const rounds = Number(process.argv[2] ?? 50);
const writer = join(import.meta.dirname, '../../services/app/test/fixtures/journal-writer.ts');
const folder = mkdtempSync(join(tmpdir(), 'podkit-kill-sweep-'));
const acknowledged = new Map<string, number>();
let [last, count, lost] = [0, 0, 0];
try {
  for (let round = 0; round < rounds; round += 1) {
    const child = spawn(process.execPath, [writer, folder, String(last)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (text === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * 150);
      text += chunk.toString();
    });
    await once(child, 'close');
    for (const line of text.split('\n').slice(0, -1)) {
      const [key = '', version = '0'] = line.split(' ');
      acknowledged.set(key, Math.max(Number(version), acknowledged.get(key) ?? 0));
      count += 1;
    }
    const store = await ShardStore.open({ folder, limit: 2 ** 30 });
    for (const [key, version] of acknowledged) if ((store.get(key)?.version ?? 0) < version) lost += 1;
    last = Math.max(last, ...store.records().map(({ version }) => version));
    await store.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${lost === 0 ? 'ok  ' : 'MISS'} ${rounds} kills, ${count} writes acknowledged, ${lost} lost`);
process.exitCode = lost === 0 ? 0 : 1;
